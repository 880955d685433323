import { beforeAll, describe, expect, test } from 'vitest';
import { FineTuningReport } from '../../../src/contract/report.ts';
import { corruptHeldOut, resolveLeviConfig } from '../../../src/levi/index.ts';
import type { FineTuneInput, LeviConfigInput, ShiftSet } from '../../../src/levi/index.ts';
import { runToEnd, syntheticInput, syntheticRows } from './synthetic-task.ts';
import type { FinishedRun } from './synthetic-task.ts';

const hyperparameters = { n_epochs: 4, batch_size: 32, learning_rate_multiplier: 10 } as const;
const configOf = (levi: LeviConfigInput['levi']): FineTuneInput['config'] =>
  resolveLeviConfig({ levi: { width: 8, ...levi }, hyperparameters });

const plain = syntheticRows(240, 1);
const train = {
  ...plain,
  records: plain.records.map((record, row) => ({ ...record, group: row % 2 === 0 ? 'mail' : 'chat' })),
};
const base = (changed: Partial<FineTuneInput> = {}): FineTuneInput =>
  syntheticInput({ train, shifts: [], config: configOf({}), ...changed });

/** As a worker makes them; the features stand for what the backbone would say of the changed texts. */
async function corrupted(config: FineTuneInput['config'], drift: number): Promise<readonly ShiftSet[]> {
  const corruptImage = (): Promise<Uint8Array> => Promise.reject(new Error('none'));
  const rows = await Array.fromAsync(corruptHeldOut({ train, config, seed: 7, corruptImage }));
  return rows.map(({ corruption, records, rows: positions, changed }) => ({
    name: corruption,
    records,
    features: syntheticRows(records.length, 9, drift).features,
    corrupted: { rows: positions, changed },
  }));
}

const corrupting = configOf({ corruptions: ['typos', 'truncation', 'unseen_ids'] });

const CHANGES: Readonly<Record<string, () => Promise<Partial<FineTuneInput>>>> = {
  'a shift file': async () => ({ shifts: [{ name: 'chat', ...syntheticRows(60, 99, -2) }] }),
  'another shift file': async () => ({ shifts: [{ name: 'chat', ...syntheticRows(90, 2, 5) }] }),
  corruptions: async () => ({ config: corrupting, shifts: await corrupted(corrupting, 0) }),
  'corruptions that look otherwise': async () => ({ config: corrupting, shifts: await corrupted(corrupting, 3) }),
  'groups left out': async () => ({ config: configOf({ group_by: 'channel' }) }),
  'all of them': async () => ({
    config: configOf({ corruptions: ['case'], group_by: 'channel', seeds: 2, baselines: 'all' }),
    shifts: [{ name: 'chat', ...syntheticRows(60, 99) }, ...(await corrupted(configOf({ corruptions: ['case'] }), 0))],
  }),
};

let served: FinishedRun;
beforeAll(async () => {
  served = await runToEnd(base());
});

describe('what is served is the same byte for byte with', () => {
  test.each(Object.entries(CHANGES))('%s, which the report does show', async (_, changed) => {
    const { result } = await runToEnd(base(await changed()));
    expect(result.adapter).toEqual(served.result.adapter);
    expect(result.report.methods[0]?.shifts.length).toBeGreaterThan(0);
    expect(served.result.report.methods[0]?.shifts).toEqual([]);
  });
});

describe('built-in corruptions in the report', () => {
  test('are shifts of their own kind, in no gain and not in the verdict, and the notes say what they changed', async () => {
    const { result } = await runToEnd(base({ config: corrupting, shifts: await corrupted(corrupting, 0) }));
    const report = FineTuningReport.parse(result.report);
    const [first] = report.methods;
    expect(first?.shifts.map(({ name, kind, n }) => [name, kind, n])).toEqual([
      ['typos', 'corruption', 36],
      ['truncation', 'corruption', 36],
    ]);
    expect(report.gain.over_linear_probe?.ood).toBeNull();
    expect(report.worst_shift).toBeNull();
    expect(report.verdict).toMatch(/held-out rows of the training data.*cannot be measured/u);
    const notes = report.notes.join('\n');
    expect(notes).toMatch(/typos changed \d+ of 36 rows, truncation changed 36 of 36 rows/u);
    expect(notes).toMatch(/found nothing to change in the held-out rows: unseen_ids/u);
  });

  test('are of rows that the run holds out, and of no others: rows that it learned from are not counted', async () => {
    const [typos] = await corrupted(corrupting, 0);
    if (typos?.corrupted === undefined) throw new Error('no typos');
    const everyRow = [...train.records.keys()];
    const leaky = { ...typos, ...train, corrupted: { rows: everyRow, changed: everyRow.map(() => true) } };
    const { result } = await runToEnd(base({ config: corrupting, shifts: [leaky] }));
    expect(result.report.methods[0]?.shifts.map(({ n }) => n)).toEqual([36]);
  });
});
