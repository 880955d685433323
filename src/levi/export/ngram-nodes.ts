import { tableOf } from '../../contract/tables.ts';
import { NGRAM_BUCKETS } from '../task-model/ngram-vocabulary.ts';
import { createHasher } from './hash-nodes.ts';
import type { WordRuns } from './hash-nodes.ts';
import { axis } from './node-writer.ts';
import type { NodeWriter } from './node-writer.ts';
import { spellVocabulary, UNIT_FLAGS } from './vocabulary-units.ts';
import type { UnitFlag, Vocabulary } from './vocabulary-units.ts';

export interface NgramInputs {
  /** `[B, S]` int64 each. */
  readonly ids: string;
  readonly mask: string;
  readonly vocabulary: Vocabulary;
  /** N-gram buckets that the task model knows, ascending. */
  readonly buckets: Int32Array;
}

export interface NgramNodes {
  /** A table `[buckets, width]` summed over each row's known n-grams and scaled: `[B, width]`. */
  scores(table: Float32Array, width: number): string;
  /** Which share of each row's n-grams is known, `[B]`; 1 where it has none. */
  coverage(): string;
}

/**
 * What the task model reads of a text, told from its tokens alone: they are spelled, split into words by its own rule, hashed and looked up.
 * What a tokenizer drops (accents, unknown characters, whether a space stood before punctuation) cannot be told.
 */
export function writeNgrams(writer: NodeWriter, { ids, mask, vocabulary, buckets }: NgramInputs): NgramNodes {
  const units = writeUnits(writer, { ids, mask, vocabulary });
  const words = writeWords(writer, units, vocabulary.kind === 'wordpiece');
  const hasher = createHasher(writer);
  const single = hasher.goOn(hasher.begin(words), words);
  const before = shiftBack(writer, single);
  const pair = hasher.goOn(hasher.space(before), words);
  const isPair = writer.node('Equal', [words.rows, shiftBack(writer, words.rows)]);

  const rowOf = new Int32Array(NGRAM_BUCKETS).fill(buckets.length);
  for (const [row, bucket] of buckets.entries()) rowOf[bucket] = row;
  const rows = writer.store('int32', [NGRAM_BUCKETS], rowOf);
  const unknown = writer.store('int32', [], Int32Array.of(buckets.length));
  const look = (states: string): string => writer.node('Gather', [rows, hasher.finish(states)]);
  const found = writer.node('Concat', [look(single), writer.node('Where', [isPair, look(pair), unknown])], axis(0));
  const isKnown = writer.cast(writer.node('Less', [found, unknown]), 'float32');

  // [B, n-grams]: whose n-gram each is. A product with it adds up by row, in one order.
  const batch = writer.node('Gather', [writer.node('Shape', [ids]), writer.scalar(0)]);
  const everyRow = writer.node('Range', [writer.scalar(0), batch, writer.scalar(1)]);
  const ownerOf = writer.node('Concat', [words.rows, words.rows], axis(0));
  const isOwn = writer.cast(
    writer.node('Equal', [column(writer, everyRow), writer.node('Unsqueeze', [ownerOf, writer.int64s([0])])]),
    'float32',
  );
  const countOf = (flags: string): string => writer.node('MatMul', [isOwn, column(writer, flags)]);
  const known = countOf(isKnown);
  const least = writer.node('Max', [known, writer.float(1)]);
  const scale = writer.node('Div', [writer.node('Min', [known, writer.float(1)]), writer.node('Sqrt', [least])]);
  return {
    scores: (table, width) => {
      const padded = new Float32Array(table.length + width);
      padded.set(table);
      const stored = writer.store('float32', [buckets.length + 1, width], padded);
      const sums = writer.node('MatMul', [isOwn, writer.node('Gather', [stored, found])]);
      return writer.node('Mul', [sums, scale]);
    },
    coverage: () => {
      const isThere = writer.node(
        'Concat',
        [
          writer.cast(writer.node('GreaterOrEqual', [words.rows, writer.scalar(0)]), 'float32'),
          writer.cast(isPair, 'float32'),
        ],
        axis(0),
      );
      const all = countOf(isThere);
      const isEmpty = writer.node('Equal', [all, writer.float(0)]);
      const share = writer.node('Div', [known, writer.node('Max', [all, writer.float(1)])]);
      return writer.node('Squeeze', [writer.node('Where', [isEmpty, writer.float(1), share]), writer.int64s([1])]);
    },
  };
}

const column = (writer: NodeWriter, value: string): string => writer.node('Unsqueeze', [value, writer.int64s([1])]);

/** Of `[N]`, each place's forerunner; the first has -1. */
function shiftBack(writer: NodeWriter, value: string): string {
  const all = writer.node('Slice', [value, writer.int64s([0]), writer.int64s([-1]), writer.int64s([0])]);
  return writer.node('Concat', [writer.int64s([-1]), all], axis(0));
}

interface Units {
  /** int64 `[U]` */
  readonly codes: string;
  readonly rows: string;
  /** bool `[U]` */
  readonly flags: Readonly<Record<UnitFlag, string>>;
  /** Of the token that each unit is of, bool `[U]`. */
  readonly isShort: string;
}

/** Every token of the batch spelled, one behind the other, and a mark behind the last so that there is at least one. */
function writeUnits(writer: NodeWriter, { ids, mask, vocabulary }: Omit<NgramInputs, 'buckets'>): Units {
  const spelled = spellVocabulary(vocabulary);
  const tokens = vocabulary.tokens.length;
  const int64 = (values: ArrayLike<number>): string =>
    writer.store('int64', [values.length], BigInt64Array.from(Array.from(values), BigInt));
  const offsets = int64(spelled.offsets.subarray(0, tokens + 1));
  const counts = int64(
    Array.from({ length: tokens + 1 }, (_, id) => (spelled.offsets[id + 1] ?? 0) - (spelled.offsets[id] ?? 0)),
  );
  const flat = (value: string, last: number): string =>
    writer.node('Concat', [writer.node('Reshape', [value, writer.int64s([-1])]), writer.int64s([last])], axis(0));
  const given = flat(ids, tokens);
  const spoken = writer.node('Mul', [writer.node('Gather', [counts, given]), flat(mask, 1)]);
  const kept = writer.node('Squeeze', [writer.node('NonZero', [spoken]), writer.int64s([0])]);
  const keptIds = writer.node('Gather', [given, kept]);
  const sizes = writer.node('Gather', [spoken, kept]);
  const ends = writer.node('CumSum', [sizes, writer.scalar(0)]);
  const begins = writer.node('Sub', [ends, sizes]);
  // A one where each token begins, added up: which token each unit is of.
  const total = writer.node('ReduceMax', [ends], { attributes: { keepdims: { int: 1 } } });
  const zeros = writer.node('Expand', [writer.scalar(0), total]);
  const ones = writer.node('Add', [writer.node('Mul', [begins, writer.scalar(0)]), writer.scalar(1)]);
  const marks = writer.node('ScatterElements', [zeros, begins, ones], axis(0));
  const tokenOf = writer.node('Sub', [writer.node('CumSum', [marks, writer.scalar(0)]), writer.scalar(1)]);
  const everyUnit = writer.node('Range', [
    writer.scalar(0),
    writer.node('Squeeze', [total, writer.int64s([0])]),
    writer.scalar(1),
  ]);
  const within = writer.node('Sub', [everyUnit, writer.node('Gather', [begins, tokenOf])]);
  const idOf = writer.node('Gather', [keptIds, tokenOf]);
  const at = writer.node('Add', [writer.node('Gather', [offsets, idOf]), within]);
  const columns = writer.node('Gather', [writer.node('Shape', [ids]), writer.scalar(1)]);
  const rowOfToken = writer.node('Div', [kept, columns]);
  const flag = (values: Uint8Array): string => writer.store('bool', [values.length], values);
  return {
    codes: writer.node('Gather', [int64(spelled.codes), at]),
    rows: writer.node('Gather', [rowOfToken, tokenOf]),
    flags: tableOf(UNIT_FLAGS, (name) => writer.node('Gather', [flag(spelled[name]), at])),
    isShort: writer.node('Gather', [flag(spelled.isShort), idOf]),
  };
}

interface Words extends WordRuns {
  /** int64 `[W]` */
  readonly rows: string;
}

/** Units as words, by the rule of `splitWords`. */
function writeWords(writer: NodeWriter, units: Units, isSpacingUnknown: boolean): Words {
  const { codes, rows } = units;
  const { isWord, isLetter, isApostrophe, isJoined, isSecondHalf, isSpace } = units.flags;
  const or = (...values: readonly string[]): string => values.reduce((left, right) => writer.node('Or', [left, right]));
  const and = (...values: readonly string[]): string =>
    values.reduce((left, right) => writer.node('And', [left, right]));
  const not = (value: string): string => writer.node('Not', [value]);
  const no = writer.store('bool', [1], Uint8Array.of(0));
  const previous = (value: string): string =>
    writer.node(
      'Concat',
      [no, writer.node('Slice', [value, writer.int64s([0]), writer.int64s([-1]), writer.int64s([0])])],
      axis(0),
    );
  const next = (value: string): string =>
    writer.node(
      'Concat',
      [
        writer.node('Slice', [value, writer.int64s([1]), writer.int64s([Number.MAX_SAFE_INTEGER]), writer.int64s([0])]),
        no,
      ],
      axis(0),
    );
  const isSameRow = writer.node('Equal', [rows, shiftBack(writer, rows)]);
  const lowLine = writer.node('Equal', [codes, writer.scalar('_'.charCodeAt(0))]);
  // A low line is split off like punctuation, and stands within a name nearly always.
  const isTied = isSpacingUnknown ? or(isJoined, lowLine, previous(lowLine)) : isJoined;
  const isBridged = isSpacingUnknown ? or(previous(units.isShort), next(units.isShort)) : and(isJoined, next(isJoined));
  const isInner = and(isApostrophe, previous(isWord), isSameRow, next(isLetter), next(isSameRow), isBridged);
  const goesOn = or(
    and(isWord, previous(isWord), isSameRow, isTied),
    isInner,
    and(previous(isInner), isSameRow),
    isSecondHalf,
  );
  const runs = placesOf(writer, not(goesOn));
  const count = writer.node('Shape', [codes]);
  const ends = writer.node('Concat', [writer.node('Slice', [runs, ...from(writer, 1)]), count], axis(0));
  // White space that ends a token is a run of its own, and no word.
  const kept = placesOf(writer, not(writer.node('Gather', [isSpace, runs])));
  const starts = writer.node('Gather', [runs, kept]);
  const lengths = writer.node('Gather', [writer.node('Sub', [ends, runs]), kept]);
  return {
    codes,
    lastUnit: writer.node('Sub', [count, writer.int64s([1])]),
    starts,
    lengths,
    longest: writer.node('ReduceMax', [lengths], { attributes: { keepdims: { int: 0 } } }),
    rows: writer.node('Gather', [rows, starts]),
  };
}

/** Where flags are true. */
const placesOf = (writer: NodeWriter, flags: string): string =>
  writer.node('Squeeze', [writer.node('NonZero', [flags]), writer.int64s([0])]);

/** The inputs of a Slice along the only axis, from a place to the end. */
const from = (writer: NodeWriter, start: number): readonly string[] => [
  writer.int64s([start]),
  writer.int64s([Number.MAX_SAFE_INTEGER]),
  writer.int64s([0]),
];
