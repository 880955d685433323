import { trainingFileError } from '../../../src/levi/index.ts';
import type { Split } from './load-splits.ts';

/** `invalid_training_file` for a row whose image cannot be read, naming file, line and the row's own name where it has one. */
export function unreadableImage({ records, file, lines }: Split, row: number, cause: Error): Error {
  const id = records[row]?.id;
  const field = id === undefined || id.startsWith('line:') ? 'image' : `image" of "${id}`;
  return trainingFileError({ file, line: lines[row], field }, `${cause.message}.`, cause);
}
