import { LevigateError } from '../../contract/errors.ts';

export interface Split {
  readonly train: Int32Array;
  readonly validation: Int32Array;
  readonly test: Int32Array;
}

export interface SplitOptions {
  /** Share of the rows for each held-out part, at most `cap` rows each. */
  readonly fraction: number;
  readonly cap: number;
  /** Which parts to hold out; the rest is for training. */
  readonly parts: readonly ('validation' | 'test')[];
  /** A seeded permutation of 0 .. n-1. */
  readonly permute: (n: number) => ArrayLike<number>;
}

/** Rows with the same content, that must stay on one side. */
type RowGroup = readonly number[];

/**
 * Splits rows at random, every stratum (class) in proportion, rows of equal content (`contentKey`) never on two sides.
 * Each stratum keeps at least one content for training; the held-out parts have at least one row each.
 * Throws `invalid_training_file` when there are too few different texts for that.
 */
export function splitRows(contents: readonly string[], strata: Int32Array, options: SplitOptions): Split {
  const share = Math.min(options.fraction, options.cap / Math.max(1, contents.length));
  const held: Record<'validation' | 'test', number[]> = { validation: [], test: [] };
  const train: RowGroup[][] = [];
  // Fractions of a row carry over from class to class, so that the parts have their size even where every class is small.
  const carry = { validation: 0.5, test: 0.5 };
  for (const groups of groupsByStratum(contents, strata)) {
    const shuffled = Array.from(options.permute(groups.length), (index) => groups[index] ?? []);
    const rows = groups.reduce((total, group) => total + group.length, 0);
    for (const part of options.parts) {
      carry[part] += rows * share;
      while (carry[part] >= 1 && shuffled.length > 1) {
        const group = shuffled.pop() ?? [];
        held[part].push(...group);
        carry[part] -= group.length;
      }
    }
    train.push(shuffled);
  }
  for (const part of options.parts) if (held[part].length === 0) held[part].push(...takeFromLargest(train));
  return { train: ascending(train.flat(2)), validation: ascending(held.validation), test: ascending(held.test) };
}

/** Groups of equal contents, by the stratum of the group's first row, strata in order of their number. */
function groupsByStratum(contents: readonly string[], strata: Int32Array): readonly RowGroup[][] {
  const groups = new Map<string, number[]>();
  for (const [row, key] of contents.entries()) {
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [row]);
    else group.push(row);
  }
  const byStratum = new Map<number, RowGroup[]>();
  for (const group of groups.values()) {
    const stratum = strata[group[0] ?? 0] ?? 0;
    const members = byStratum.get(stratum);
    if (members === undefined) byStratum.set(stratum, [group]);
    else members.push(group);
  }
  return [...byStratum].sort(([a], [b]) => a - b).map(([, members]) => members);
}

function takeFromLargest(train: readonly RowGroup[][]): RowGroup {
  const [largest] = train.toSorted((a, b) => b.length - a.length);
  if (largest !== undefined && largest.length > 1) return largest.pop() ?? [];
  throw new LevigateError(
    'invalid_training_file',
    'training_file: too few different texts to hold some out for choosing and for the report. Add examples; copies of the same text count once.',
    { param: 'training_file' },
  );
}

function ascending(rows: readonly number[]): Int32Array {
  return Int32Array.from(rows).sort();
}

/** How many rows repeat the content of an earlier one. */
export function countDuplicates(contents: readonly string[]): number {
  return contents.length - new Set(contents).size;
}
