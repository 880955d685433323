import { beforeAll, describe, expect, test } from 'vitest';
import { FineTuningReport } from '../../../src/contract/report.ts';
import { fineTune, resolveLeviConfig } from '../../../src/levi/index.ts';
import type { FineTuneInput, LabelledFeatures } from '../../../src/levi/index.ts';
import { runToEnd, syntheticInput, syntheticRows } from './synthetic-task.ts';
import type { FinishedRun } from './synthetic-task.ts';

const GROUPS = ['chat', 'mail', 'web'];
const hyperparameters = { n_epochs: 4, batch_size: 32, learning_rate_multiplier: 10 } as const;
const config = resolveLeviConfig({ levi: { width: 8, group_by: 'channel' }, hyperparameters });

/** Rows of three groups, the last of which lies elsewhere. */
function groupedRows(): LabelledFeatures {
  const { records, features } = syntheticRows(240, 1);
  const grouped = records.map((record, row) => ({ ...record, group: GROUPS[Math.floor(row / 80)] ?? 'web' }));
  return { records: grouped, features };
}

const grouped = (changed: Partial<FineTuneInput> = {}): FineTuneInput =>
  syntheticInput({ train: groupedRows(), shifts: [], config, ...changed });

let finished: FinishedRun;
beforeAll(async () => {
  finished = await runToEnd(grouped());
});

describe('a run with groups', () => {
  test('shows every method on each group that it was trained without, the worst of them, and their mean as the gain', () => {
    const report = FineTuningReport.parse(finished.result.report);
    for (const { shifts } of report.methods) {
      expect(shifts.map(({ name, kind, n }) => [name, kind, n])).toEqual(GROUPS.map((name) => [name, 'group', 80]));
    }
    const served = report.methods.find(({ method }) => method === report.served);
    const lowest = Math.min(...(served?.shifts ?? []).map(({ score }) => score.value));
    expect(report.worst_group?.score.value).toBe(lowest);
    expect(report.worst_shift).toBeNull();
    const { over_linear_probe: gain } = report.gain;
    const probe = report.methods.find(({ method }) => method === 'linear_probe');
    const meanOf = (shifts: readonly { readonly score: { readonly value: number } }[] = []): number =>
      shifts.reduce((sum, { score }) => sum + score.value, 0) / shifts.length;
    expect(gain?.groups?.value).toBeCloseTo(meanOf(served?.shifts) - meanOf(probe?.shifts), 10);
    expect(gain?.groups?.low).toBeLessThanOrEqual(gain?.groups?.value ?? -1);
    expect(gain?.ood).toBeNull();
    expect(report.verdict).toMatch(/on the mean of 3 groups left out/u);
  });

  test('learns something that holds on groups it has not seen', () => {
    const levi = finished.result.report.methods.find(({ method }) => method === 'levi');
    for (const { score } of levi?.shifts ?? []) expect(score.value).toBeGreaterThan(0.5);
  });

  test('serves what it would serve without them, byte for byte', async () => {
    const none = await runToEnd(grouped({ config: { ...config, groupBy: null } }));
    expect(none.result.adapter).toEqual(finished.result.adapter);
    expect(none.result.report.methods.every(({ shifts }) => shifts.length === 0)).toBe(true);
    const renamed = groupedRows();
    const other = await runToEnd(
      grouped({
        config: { ...config, groupBy: 'source' },
        train: { ...renamed, records: renamed.records.map((record, row) => ({ ...record, group: `g${row % 2}` })) },
      }),
    );
    expect(other.result.adapter).toEqual(finished.result.adapter);
    expect(other.result.report.methods[0]?.shifts.map(({ name }) => name)).toEqual(['g0', 'g1']);
  });

  test('resumed from its last checkpoint, it ends with the same report and adapter', async () => {
    const checkpoint = finished.events.findLast((event) => event.type === 'checkpoint');
    const { result } = await runToEnd(grouped({ checkpoint: checkpoint?.bytes }));
    expect(result.adapter).toEqual(finished.result.adapter);
    const figuresOf = ({ methods }: FinishedRun['result']['report']): unknown => methods.map(({ shifts }) => shifts);
    expect(figuresOf(result.report)).toEqual(figuresOf(finished.result.report));
  });

  test('its progress rises to the end, and its metrics are those of the served run alone', () => {
    const fractions = finished.events.flatMap((event) => (event.type === 'progress' ? [event.fraction] : []));
    expect(fractions).toEqual(fractions.toSorted((a, b) => a - b));
    expect(fractions.at(-1)).toBe(1);
    const epochs = finished.events.flatMap((event) => (event.type === 'metrics' ? [event.epoch] : []));
    expect(epochs).toEqual([1, 2, 3, 4]);
    const messages = finished.events.flatMap((event) => (event.type === 'message' ? [event.message] : []));
    expect(messages.join('\n')).toMatch(/without the group "mail" \(2 of 3\)/u);
  });

  test('stops between two steps of a group when the signal is aborted', async () => {
    const controller = new AbortController();
    const reason = new Error('stop');
    const follow = async (): Promise<void> => {
      for await (const event of fineTune(grouped({ signal: controller.signal })))
        if (event.type === 'message' && /without the group/u.test(event.message)) controller.abort(reason);
    };
    await expect(follow()).rejects.toBe(reason);
  });

  test('shift files lead the report where there are both', async () => {
    const { result } = await runToEnd(
      grouped({
        shifts: [{ name: 'reviews', ...syntheticRows(30, 5) }],
        config: { ...config, seeds: 2 },
      }),
    );
    const report = FineTuningReport.parse(result.report);
    expect(report.methods[0]?.shifts.map(({ kind }) => kind)).toEqual(['file', 'group', 'group', 'group']);
    expect(report.seeds[0]?.ood).not.toBeNull();
    expect(report.gain.over_linear_probe).toMatchObject({ ood: expect.any(Object), groups: expect.any(Object) });
    expect(report.verdict).toMatch(/mean of 1 shift,/u);
    expect(report.worst_shift?.name).toBe('reviews');
  });
});

describe('groups that cannot be left out', () => {
  test('one alone, or none at all, are refused before any training', async () => {
    const { records, features } = groupedRows();
    const one = { features, records: records.map((record) => ({ ...record, group: 'mail' })) };
    await expect(fineTune(grouped({ train: one })).next()).rejects.toThrow(/levi\.group_by.*"mail".*at least two/u);
    await expect(fineTune(grouped({ train: syntheticRows(240, 1) })).next()).rejects.toThrow(
      /no row .* has a "channel"/u,
    );
  });

  test('those of too few rows are named in the notes, and the report goes on without them', async () => {
    const { records, features } = groupedRows();
    const few = {
      features,
      records: records.map((record, row) => ({ ...record, group: row === 0 ? 'rare' : 'mail' })),
    };
    const { result } = await runToEnd(grouped({ train: few }));
    expect(result.report.notes.join(' ')).toMatch(/fewer than 20 rows: "rare"/u);
    expect(result.report.notes.join(' ')).toMatch(/leave too little to learn from.*"mail"/u);
    expect(result.report.worst_group).toBeNull();
    expect(result.report.verdict).toMatch(/cannot be measured/u);
  });
});
