import type { ChatOptions } from '../../contract/levi.ts';
import { LIMITS } from '../../contract/limits.ts';
import { splitChat, textOf } from './compose-chat.ts';
import type { FileSource } from '../sources/file-source.ts';
import { cutAtAnswer, parseAnswer } from './read-chat.ts';
import { readRecords } from './read-records.ts';
import type { ReadOptions } from './read-records.ts';
import type { Row } from './row.ts';
import { trainingFileError } from './training-file-error.ts';
import type { FilePlace } from './training-file-error.ts';

/** What a key of the assistant's JSON answers holds. */
export interface AnswerKey {
  readonly spelling: 'text' | 'json';
  /** Rows that have it. */
  readonly rows: number;
  /** Different values, counted up to one more than a classifier may have. */
  readonly distinct: number;
  /** Whether it is one of a few values, and so can be learned. */
  readonly isEnum: boolean;
}

export interface FoundChat {
  readonly rows: number;
  readonly hasDifferentSystems: boolean;
  /** Of answers that are all JSON objects, in the order of the first row; null where they are labels themselves. */
  readonly keys: ReadonlyMap<string, AnswerKey> | null;
}

interface KeyCounter {
  rows: number;
  areStrings: boolean;
  areLabels: boolean;
  readonly values: Set<string>;
}

/** A value a row is free text, and so are most of few rows. */
const MAX_DISTINCT_SHARE = 0.5;
const FEW_VALUES = 10;

/**
 * Reads a file of chats once to tell what its answers are. Throws `invalid_training_file` as reading it does.
 * @returns null when it holds other rows
 */
export async function inspectChat(
  source: FileSource,
  { file = 'training_file', ...options }: Omit<ReadOptions, 'onChat'>,
): Promise<FoundChat | null> {
  const systems = new Set<string>();
  const keys = new Map<string, KeyCounter>();
  let rows = 0;
  let objects = 0;
  const onChat = (messages: readonly unknown[], place: FilePlace): void => {
    rows += 1;
    const { before, answer } = cutAtAnswer(messages, place);
    if (systems.size < 2) systems.add(splitChat(before)?.system.join('\n') ?? '');
    const object = parseAnswer(textOf(answer));
    if (object === null) return;
    objects += 1;
    count(keys, object);
  };
  for await (const { line } of readRecords(source, { ...options, file, onChat })) {
    if (rows === 0) return null;
    if (rows > LIMITS.trainingRows)
      throw trainingFileError({ file, line }, `the file has more than ${LIMITS.trainingRows} rows.`);
  }
  if (rows === 0) return null;
  const described = [...keys].map(([key, counter]) => [key, describe(counter)] as const);
  return { rows, hasDifferentSystems: systems.size > 1, keys: objects === rows ? new Map(described) : null };
}

function count(keys: Map<string, KeyCounter>, object: Row): void {
  for (const [key, value] of Object.entries(object)) {
    const counter = keys.get(key) ?? { rows: 0, areStrings: true, areLabels: true, values: new Set<string>() };
    keys.set(key, counter);
    counter.rows += 1;
    if (typeof value !== 'string') counter.areStrings = false;
    const names: readonly unknown[] = Array.isArray(value) ? value : [value];
    for (const name of names) {
      const spelt = typeof name === 'string' ? name : JSON.stringify(name);
      if (typeof name === 'object' || spelt.length > LIMITS.labelChars) counter.areLabels = false;
      if (counter.values.size <= LIMITS.labels) counter.values.add(spelt);
    }
  }
}

function describe({ rows, areStrings, areLabels, values }: KeyCounter): AnswerKey {
  const isRepeated = values.size <= Math.max(FEW_VALUES, rows * MAX_DISTINCT_SHARE);
  return {
    spelling: areStrings ? 'text' : 'json',
    rows,
    distinct: values.size,
    isEnum: areLabels && isRepeated && values.size <= LIMITS.labels,
  };
}

/** The options that say how to read such chats. */
export const chatOptionsOf = (
  { hasDifferentSystems }: FoundChat,
  { system, history, answer }: ChatOptions,
  found: ChatOptions['answer'],
): ChatOptions => ({
  system: system ?? (hasDifferentSystems ? 'context' : 'ignore'),
  history: history ?? 'context',
  ...((answer ?? found) ? { answer: answer ?? found } : {}),
});
