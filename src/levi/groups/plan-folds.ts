import { LIMITS } from '../../contract/limits.ts';
import { createRandom } from '../../engine/index.ts';
import { contentKey } from '../data/content-key.ts';
import type { AssignedRows, Rows } from '../run/assign-rows.ts';
import { deriveSeed } from '../derive-seed.ts';
import { labelKey } from '../records/training-record.ts';
import type { Label } from '../records/training-record.ts';
import { countGroups, largestGroups, MAX_GROUPS, MIN_GROUP_ROWS, sortGroups } from './count-groups.ts';

/** What is learned from, chosen on and reported on while one group is left out. */
export interface Fold<Set extends Rows> {
  readonly group: string;
  readonly rows: AssignedRows<Set>;
}

export interface FoldPlan<Set extends Rows> {
  readonly folds: readonly Fold<Set>[];
  /** What a reader should know of the groups that are not there. */
  readonly notes: readonly string[];
}

export interface FoldInput<Set extends Rows> {
  readonly train: Set;
  readonly rows: AssignedRows<Set>;
  readonly seed: number;
}

const MAX_ROWS = 1_000;
const MAX_NAMES = 10;
const MAX_CHARS = 40;

/**
 * One fold for each of the largest groups: it learns from and chooses on the rows that the run does, less the group's, and is measured on the
 * group's rows of the training file, at most 1,000, without those that stand in what the fold learned from, too. Equal input gives equal folds.
 */
export function planFolds<Set extends Rows>({ train, rows, seed }: FoldInput<Set>): FoldPlan<Set> {
  const counts = countGroups(train.records);
  const small = sortGroups(counts).filter(([, count]) => count < MIN_GROUP_ROWS);
  const large = sortGroups(counts).slice(0, counts.size - small.length);
  const folds = largestGroups(counts)
    .map(([group]) => ({ group, rows: leaveOut({ train, rows, seed }, group) }))
    .map((fold) => ({ ...fold, isMeasured: canLearn(train, fold.rows) && fold.rows.test.rows.length > 0 }));
  const without = train.records.filter(({ group }) => group === undefined).length;
  const beside = folds.filter(({ isMeasured }) => !isMeasured).map(({ group }) => group);
  const measured = folds.filter(({ isMeasured }) => isMeasured);
  const notes = [
    ...describeFolds(measured.length),
    ...measured.flatMap((fold) => describeUnknown(train, fold)),
    ...describe(groupNames(small), `have fewer than ${MIN_GROUP_ROWS} rows`),
    ...describe(groupNames(large.slice(MAX_GROUPS)), `are smaller than the ${MAX_GROUPS} largest`),
    ...describe(beside, 'leave too little to learn from, or repeat rows of the others'),
    ...(without === 0 ? [] : [`${without} rows have no group: every fold learns from them, none is measured on them.`]),
  ];
  return { folds: measured.map(({ group, rows: fold }) => ({ group, rows: fold })), notes };
}

function leaveOut<Set extends Rows>({ train, rows, seed }: FoldInput<Set>, group: string): AssignedRows<Set> {
  const others = (set: Set, chosen: Int32Array): Int32Array =>
    chosen.filter((row) => set.records[row]?.group !== group);
  const learned = others(train, rows.train);
  const { from } = rows.validation;
  const validation = others(from, rows.validation.rows);
  const known = new Set([...contentsOf(train, learned), ...contentsOf(from, validation)]);
  const measured = [...train.records.entries()]
    .filter(([, record]) => record.group === group && !known.has(contentKey(record)))
    .map(([row]) => row);
  const random = createRandom(deriveSeed(seed, `group ${group}`));
  const drawn = random.permutation(measured.length).subarray(0, MAX_ROWS).sort();
  return {
    train: learned,
    validation: { from, rows: validation },
    test: { from: train, rows: drawn.map((position) => measured[position] ?? 0) },
    notes: [],
  };
}

/** Fewer say little of groups that are not among them. */
const FEW_GROUPS = 5;

function describeFolds(count: number): readonly string[] {
  if (count === 0) return [];
  const caution = count < FEW_GROUPS ? ' With so few groups the interval over them says little of others.' : '';
  return [
    `${count === 1 ? 'One group' : `Each of ${count} groups`} was left out of training once, and every method was chosen and trained anew without it; what is served has learned from all groups.${caution}`,
  ];
}

/** Rows that no model trained without the group can answer rightly. */
function describeUnknown<Set extends Rows>(train: Set, { group, rows }: Fold<Set>): readonly string[] {
  const known = labelsOf(train, rows.train);
  if (known === null) return [];
  const unknown = rows.test.rows.filter((row) => {
    const label = train.records[row]?.label ?? '';
    return namesOf(label).some((name) => !known.has(name));
  }).length;
  if (unknown === 0) return [];
  return [
    `${unknown} of the ${rows.test.rows.length} rows of the group "${group.slice(0, MAX_CHARS)}" have labels that only this group has: without it they cannot be answered rightly.`,
  ];
}

/** Null where the answers are numbers. */
function labelsOf({ records }: Rows, rows: Int32Array): ReadonlySet<string> | null {
  const labels = Array.from(rows, (row) => records[row]?.label ?? '');
  return labels.some((label) => typeof label === 'number') ? null : new Set(labels.flatMap(namesOf));
}

const namesOf = (label: Label): readonly string[] => (typeof label === 'object' ? label : [labelKey(label)]);

/** Enough rows of two labels, and one to choose on. */
function canLearn<Set extends Rows>(train: Set, rows: AssignedRows<Set>): boolean {
  const labels = new Set(Array.from(rows.train, (row) => labelKey(train.records[row]?.label ?? '')));
  return rows.train.length >= LIMITS.minTrainingRows && labels.size > 1 && rows.validation.rows.length > 0;
}

function contentsOf({ records }: Rows, rows: Int32Array): readonly string[] {
  return Array.from(rows, (row) => records[row])
    .filter((record) => record !== undefined)
    .map(contentKey);
}

const groupNames = (groups: readonly (readonly [string, number])[]): readonly string[] => groups.map(([name]) => name);

function describe(names: readonly string[], why: string): readonly string[] {
  if (names.length === 0) return [];
  const shown = names.slice(0, MAX_NAMES).map((name) => `"${name.slice(0, MAX_CHARS)}"`);
  const more = names.length > MAX_NAMES ? ` and ${names.length - MAX_NAMES} more` : '';
  return [
    `Groups that are not left out, as they ${why}: ${shown.join(', ')}${more}. They are learned from as all others.`,
  ];
}
