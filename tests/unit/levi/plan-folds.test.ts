import { describe, expect, test } from 'vitest';
import { resolveLeviConfig } from '../../../src/levi/index.ts';
import { assignRows } from '../../../src/levi/run/assign-rows.ts';
import { assertGroups, countGroups } from '../../../src/levi/groups/count-groups.ts';
import { planFolds } from '../../../src/levi/groups/plan-folds.ts';
import type { FoldPlan } from '../../../src/levi/groups/plan-folds.ts';
import type { TrainingRecord } from '../../../src/levi/records/training-record.ts';

interface Set {
  readonly records: readonly TrainingRecord[];
}

function rowsOf(groups: Readonly<Record<string, number>>): Set {
  const records = Object.entries(groups).flatMap(([group, count]) =>
    Array.from({ length: count }, (_, row): TrainingRecord => {
      const shared = { text: `${group || 'no group'} ${row}`, label: row % 2 === 0 ? 'billing' : 'bug' };
      return group === '' ? shared : { ...shared, group };
    }),
  );
  return { records };
}

function plan(train: Set, validation?: Set): FoldPlan<Set> {
  const rows = assignRows<Set>({ train, validation, config: resolveLeviConfig(), seed: 3 });
  return planFolds({ train, rows, seed: 3 });
}

describe('the folds', () => {
  test('leave one group out each, the largest first, of what the run learns from and chooses on', () => {
    const train = rowsOf({ chat: 60, mail: 90, web: 40 });
    const rows = assignRows<Set>({ train, config: resolveLeviConfig(), seed: 3 });
    const { folds, notes } = planFolds({ train, rows, seed: 3 });
    expect(folds.map(({ group }) => group)).toEqual(['mail', 'chat', 'web']);
    expect(notes).toEqual([expect.stringMatching(/Each of 3 groups.*With so few groups/u)]);
    const groupsOf = (part: Int32Array): ReadonlySet<string | undefined> =>
      new Set(Array.from(part, (row) => train.records[row]?.group));
    for (const { group, rows: fold } of folds) {
      expect(groupsOf(fold.train).has(group)).toBe(false);
      expect(groupsOf(fold.validation.rows).has(group)).toBe(false);
      expect([...groupsOf(fold.test.rows)]).toEqual([group]);
      expect([...rows.train]).toEqual(expect.arrayContaining([...fold.train]));
      expect([...rows.validation.rows]).toEqual(expect.arrayContaining([...fold.validation.rows]));
      expect(fold.test.rows).toHaveLength(train.records.filter((record) => record.group === group).length);
    }
  });

  test('are at most eight; the smaller groups are named, with those of fewer than twenty rows and of one', () => {
    const sizes = Object.fromEntries(Array.from({ length: 10 }, (_, index) => [`g${index}`, 60 - index]));
    const { folds, notes } = plan(rowsOf({ ...sizes, tiny: 19, single: 1, '': 5 }));
    expect(folds.map(({ group }) => group)).toEqual(['g0', 'g1', 'g2', 'g3', 'g4', 'g5', 'g6', 'g7']);
    expect(notes).toEqual([
      expect.stringMatching(/^Each of 8 groups was left out of training once.*from all groups\.$/u),
      expect.stringMatching(/fewer than 20 rows: "tiny", "single"\./u),
      expect.stringMatching(/smaller than the 8 largest: "g8", "g9"\./u),
      expect.stringMatching(/5 rows have no group/u),
    ]);
  });

  test('measure at most 1,000 rows, the same for the same seed, and none that the fold learned from', () => {
    const train = rowsOf({ large: 1500, other: 400 });
    const repeated = train.records.slice(0, 30).map((record) => ({ ...record, group: 'other' }));
    const both = { records: [...train.records, ...repeated] };
    const { folds } = plan(both);
    expect(folds[0]?.rows.test.rows).toHaveLength(1000);
    expect(plan(both).folds).toEqual(folds);
    const learned = new Set(Array.from(folds[0]?.rows.train ?? [], (row) => both.records[row]?.text));
    for (const row of folds[0]?.rows.test.rows ?? []) expect(learned.has(both.records[row]?.text)).toBe(false);
  });

  test('that leave too little to learn from are not run, and are named', () => {
    const { folds, notes } = plan(rowsOf({ all: 200, few: 21 }));
    expect(folds.map(({ group }) => group)).toEqual(['all', 'few']);
    const oneLabel = rowsOf({ all: 200, few: 40 }).records.map((record) =>
      record.group === 'few' ? { ...record, label: 'bug' } : record,
    );
    const again = plan({ records: oneLabel });
    expect(again.folds.map(({ group }) => group)).toEqual(['few']);
    expect(again.notes.join()).toMatch(/leave too little to learn from, or repeat rows of the others: "all"/u);
    expect(notes).toHaveLength(1);
    expect(again.notes[0]).toMatch(/^One group was left out/u);
  });

  test('say how many rows have labels that only their group has', () => {
    const { records } = rowsOf({ chat: 60, mail: 90 });
    const own = records.map((record, row) =>
      record.group === 'chat' && row < 15 ? { ...record, label: 'spam' } : record,
    );
    expect(plan({ records: own }).notes.join()).toMatch(/15 of the 60 rows of the group "chat" have labels that only/u);
  });

  test('of a validation file drop the rows of the group there, too', () => {
    const { folds } = plan(rowsOf({ chat: 60, mail: 90 }), {
      records: rowsOf({ chat: 40, mail: 40 }).records.map((record) => ({ ...record, text: `other ${record.text}` })),
    });
    for (const { group, rows } of folds) {
      expect(rows.train).toHaveLength(group === 'chat' ? 90 : 60);
      expect(rows.validation.rows.length).toBeGreaterThan(0);
      for (const row of rows.validation.rows) expect(rows.validation.from.records[row]?.group).not.toBe(group);
    }
  });
});

describe('groups are refused', () => {
  test('when no row has one: the column is named', () => {
    expect(() => assertGroups(countGroups(rowsOf({ '': 20 }).records), 'domain')).toThrow(
      /levi\.group_by: no row of the training file has a "domain"/u,
    );
  });

  test('when there is one only', () => {
    expect(() => assertGroups(countGroups(rowsOf({ mail: 20, '': 3 }).records), 'domain')).toThrow(
      /has "mail".* at least two are needed/u,
    );
    expect(() => assertGroups(countGroups(rowsOf({ mail: 20, chat: 1 }).records), 'domain')).not.toThrow();
  });
});
