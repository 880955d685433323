import { ArchiveError } from './archive-error.ts';

/** Names of folders that are a split, as Hugging Face's `datasets` knows them. */
const SPLIT_OF_FOLDER: Readonly<Record<string, Split>> = {
  train: 'train',
  training: 'train',
  validation: 'validation',
  valid: 'validation',
  val: 'validation',
  dev: 'validation',
  test: 'test',
  testing: 'test',
  eval: 'test',
  evaluation: 'test',
};
const SPLITS = ['train', 'validation', 'test'] as const;
type Split = (typeof SPLITS)[number];

interface ChooseSplit {
  readonly paths: readonly string[];
  /** Which one the job asks for. */
  readonly wanted: Split;
  /** Whether the folder that holds an image names its label; it is then no split. */
  readonly isLabelled: boolean;
}

/**
 * Which of an archive's images a file of a job means. Splits are there only where every image stands in one; a single one is taken whatever
 * it is called. Throws ArchiveError where there are several, and not the wanted one.
 */
export function chooseSplit({ paths, wanted, isLabelled }: ChooseSplit): (path: string) => boolean {
  const splitOf = (path: string): Split | undefined =>
    path
      .split('/')
      .slice(0, isLabelled ? -2 : -1)
      .map((folder) => SPLIT_OF_FOLDER[folder.toLowerCase()])
      .find((split) => split !== undefined);
  const splits = new Set(paths.map(splitOf));
  if (splits.has(undefined) || splits.size <= 1) return () => true;
  if (splits.has(wanted)) return (path) => splitOf(path) === wanted;
  const found = SPLITS.filter((split) => splits.has(split)).join(' and ');
  throw new ArchiveError(
    `holds the splits ${found}, and "${wanted}" is asked for here: the training file takes train, the validation file validation, shift files test`,
  );
}

/** The split a field of the request asks for. */
export const wantedSplit = (file: string): Split =>
  file === 'training_file' ? 'train' : file === 'validation_file' ? 'validation' : 'test';
