import { describe, expect, test } from 'vitest';
import { toPrediction } from '../../../gpu-worker/src/predict/to-prediction.ts';
import type { Task } from '../../../src/contract/levi.ts';
import { assureAnswers, createPredictor, readModel, resolveLeviConfig } from '../../../src/levi/index.ts';
import type { LabelledFeatures } from '../../../src/levi/index.ts';
import { runToEnd, runtime, syntheticInput, syntheticRows } from './synthetic-task.ts';

const NAMES = ['billing', 'login', 'shipping'];
const LABEL_OF = {
  multi_label: (target: number, row: number) => [NAMES[target] ?? '', ...(row % 4 === 0 ? ['urgent'] : [])],
  regression: (target: number, row: number) => 100 * target + (row % 7),
  ordinal: (target: number) => target + 1,
} as const;

type AskedTask = keyof typeof LABEL_OF;

function rowsOf(task: AskedTask, rows: number, seed: number): LabelledFeatures {
  const { records, features } = syntheticRows(rows, seed);
  return {
    features,
    records: records.map(({ text, label }, row) => ({
      text,
      label: LABEL_OF[task](NAMES.indexOf(String(label)), row),
    })),
  };
}

async function answered(task: AskedTask) {
  const levi = { width: 8, task: task satisfies Task, method: 'levi+ensemble' } as const;
  const config = resolveLeviConfig({ levi, hyperparameters: { n_epochs: 2 } });
  const { result } = await runToEnd(syntheticInput({ train: rowsOf(task, 300, 1), shifts: [], config }));
  const [{ name, adapter }] = readModel(result.adapter);
  const rows = rowsOf(task, 400, 2);
  await using predictor = await createPredictor(runtime, adapter.architecture.spec);
  const output = await predictor.run(adapter, { features: rows.features, texts: rows.records.map(({ text }) => text) });
  const given = { features: rows.features, answers: output.answers };
  const assured = assureAnswers(adapter, given, { coverage: 0.8, abstainAtRisk: 0.1 });
  const predictions = rows.records.map((_, index) => {
    const target = { name, adapter, output, assured: assured.rows };
    return toPrediction({ model: 'm', index, answered: [target], request: {} });
  });
  return { result, rows, predictions, notes: assured.notes, adapter };
}

// One draw of 45 validation rows decides the threshold: the coverage that it gives varies by 6 points.
const LEAST_COVERED = 0.8 - 3 * 0.06;

describe('several labels', () => {
  const run = answered('multi_label');

  test('a set holds all that are true about as often as asked', async () => {
    const { rows, predictions } = await run;
    const complete = predictions.filter(({ prediction_set: set }, row) =>
      [rows.records[row]?.label].flat().every((label) => set?.includes(String(label)) === true),
    );
    expect(complete.length / 400).toBeGreaterThan(LEAST_COVERED);
  });

  test('the drift reference counts the likeliest, as predictions show it', async () => {
    const { result, predictions } = await run;
    const labels = result.driftReference.labels ?? {};
    expect(Object.keys(labels).toSorted()).toEqual([...NAMES, 'urgent']);
    expect(Object.values(labels).reduce((sum, count) => sum + count, 0)).toBe(result.report.data.validation);
    expect(predictions.every(({ label }) => label !== null && Object.hasOwn(labels, label))).toBe(true);
  });
});

describe('numbers', () => {
  test('an interval holds the truth about as often as asked, and there is nothing to withhold', async () => {
    const { result, rows, predictions, notes } = await answered('regression');
    const inside = predictions.filter(({ interval }, row) => {
      const truth = Number(rows.records[row]?.label);
      return interval && interval.low <= truth && truth <= interval.high;
    });
    expect(inside.length / 400).toBeGreaterThan(LEAST_COVERED);
    const { rows: validationRows, labels, cuts = [] } = result.driftReference;
    expect(cuts).toHaveLength(4);
    const shares = Object.values(labels ?? {}).map((count) => count / validationRows);
    expect(shares).toHaveLength(5);
    for (const share of shares) expect(Math.abs(share - 0.2)).toBeLessThan(0.05);
    expect(predictions.every(({ abstain }) => abstain === null)).toBe(true);
    expect(notes).toEqual([expect.stringMatching(/a number is neither right nor wrong/u)]);
  });
});

describe('ratings', () => {
  const run = answered('ordinal');

  test('an interval stays within the levels and holds the truth about as often as asked', async () => {
    const { rows, predictions } = await run;
    const inside = predictions.filter(({ interval }, row) => {
      const truth = Number(rows.records[row]?.label);
      return interval && interval.low <= truth && truth <= interval.high;
    });
    expect(inside.length / 400).toBeGreaterThan(LEAST_COVERED);
    expect(predictions.every(({ interval }) => interval && interval.low >= 1 && interval.high <= 3)).toBe(true);
    expect(predictions.some(({ interval }) => interval?.low === 1 || interval?.high === 3)).toBe(true);
  });

  test('the drift reference counts levels at about the rates that predictions of such rows have', async () => {
    const { result, predictions } = await run;
    const labels = result.driftReference.labels ?? {};
    expect(Object.keys(labels)).toEqual(['1', '2', '3']);
    for (const [level, count] of Object.entries(labels)) {
      const share = predictions.filter(({ label }) => label === level).length / 400;
      // Four standard errors of a share of 45 rows.
      expect(Math.abs(count / result.report.data.validation - share)).toBeLessThan(0.3);
    }
  });
});
