import { open, readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { LeviOptions } from '../../sdk/index.ts';

/** A training file of the folder, the validation file that goes with it, and how its rows are read. */
export interface ExportedFile {
  readonly path: string;
  readonly validationPath: string | undefined;
  readonly levi: LeviOptions | undefined;
  /** Why no classifier can be made of it, where its first line says so already. */
  readonly refusal: string | undefined;
}

/** What exporters and people put into the name of the second file of a pair. */
const VALIDATION = /[-_. ]?(?:validation|valid|val|eval|test)(?=[-_. ]|$)/iu;
const TRAINING = /[-_. ]?(?:training|train)(?=[-_. ]|$)/iu;
const HEAD_BYTES = 1_000_000;

/** The `.jsonl` files of a folder, by name; each validation file beside the training file of the same name without that word. */
export async function findExports(folder: string): Promise<ExportedFile[]> {
  const names = await readdir(folder).catch((cause: unknown) => {
    throw new Error(`cannot read the folder ${folder}: is the path right?`, { cause });
  });
  const files = names.filter((name) => /\.(?:jsonl|ndjson)$/iu.test(name)).toSorted();
  const training = files.filter((name) => !VALIDATION.test(stemOf(name)));
  const validations = new Map(
    files.filter((name) => VALIDATION.test(stemOf(name))).map((name) => [pairKey(name), name]),
  );
  const paired = new Set<string>();
  const exported = await Promise.all(
    training.map(async (name) => {
      const validation = validations.get(pairKey(name));
      if (validation !== undefined) paired.add(validation);
      return describe(join(folder, name), validation === undefined ? undefined : join(folder, validation));
    }),
  );
  const alone = [...validations.values()].filter((name) => !paired.has(name));
  return [...exported, ...(await Promise.all(alone.map((name) => describe(join(folder, name), undefined))))];
}

const stemOf = (name: string): string => name.replace(/\.[^.]*$/u, '');
const pairKey = (name: string): string => stemOf(name).replace(VALIDATION, '').replace(TRAINING, '').toLowerCase();

async function describe(path: string, validationPath: string | undefined): Promise<ExportedFile> {
  const row = await firstRow(path);
  const kind = KINDS.find(({ has }) => has.every((key) => Object.hasOwn(row, key)));
  return { path, validationPath, levi: kind?.levi, refusal: kind?.refusal };
}

interface Kind {
  readonly has: readonly string[];
  readonly levi?: LeviOptions;
  readonly refusal?: string;
}

/** Forms of OpenAI's beside chats, told from the keys of the first row. */
const KINDS: readonly Kind[] = [
  {
    has: ['preferred_output'],
    refusal:
      'it holds preferences (DPO): a classifier learns from one right answer a row, and these are pairs of texts',
  },
  { has: ['prompt', 'completion'], levi: { columns: { text: 'prompt', label: 'completion' } } },
];

async function firstRow(path: string): Promise<object> {
  await using file = await open(path);
  const { bytesRead, buffer } = await file.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0);
  const [line = ''] = buffer.toString('utf8', 0, bytesRead).split('\n', 1);
  try {
    const row: unknown = JSON.parse(line);
    return typeof row === 'object' && row !== null ? row : {};
  } catch {
    // What is wrong with it is said by the dry run.
    return {};
  }
}

/** What OpenAI's model names may hold, of a file's name. */
export const suffixOf = (path: string): string =>
  stemOf(basename(path))
    .replace(TRAINING, '')
    .replaceAll(/[^\w.-]+/gu, '-')
    .replaceAll(/^[-.]+|[-.]+$/gu, '')
    .slice(0, 40) || 'migrated';
