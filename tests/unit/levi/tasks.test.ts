import { describe, expect, test } from 'vitest';
import { createRandom } from '../../../src/engine/index.ts';
import { FineTuningReport } from '../../../src/contract/report.ts';
import type { Task } from '../../../src/contract/levi.ts';
import { createPredictor, readModel, resolveLeviConfig } from '../../../src/levi/index.ts';
import type { FineTuneTargetsInput, LabelledFeatures } from '../../../src/levi/index.ts';
import type { Label } from '../../../src/levi/records/training-record.ts';
import { runToEnd, runtime, syntheticInput, TAPS, WIDTH } from './synthetic-task.ts';
import type { FinishedRun } from './synthetic-task.ts';

/** Rows with a hidden number each, which features and words tell something of; `labelOf` asks for it in the task's form. */
function rowsOf(rows: number, seed: number, labelOf: (hidden: number) => Record<string, Label>): LabelledFeatures {
  const random = createRandom(seed);
  const data = new Float32Array(rows * TAPS * WIDTH);
  const records = Array.from({ length: rows }, (_, row) => {
    const hidden = random.uniform();
    for (let index = 0; index < TAPS * WIDTH; index++) {
      data[row * TAPS * WIDTH + index] = (index % 2 === 0 ? 2 : -2) * hidden + random.normal();
    }
    const word = hidden > 0.7 ? 'great' : hidden < 0.3 ? 'poor' : 'fair';
    const labels = labelOf(hidden);
    return {
      text: `${random.uniform() < 0.6 ? word : 'thing'} number ${row}`,
      labels,
      label: Object.values(labels)[0] ?? '',
    };
  });
  return { records, features: { rows, taps: TAPS, width: WIDTH, data } };
}

const hyperparameters = { n_epochs: 8, batch_size: 32, learning_rate_multiplier: 10 } as const;
const single = ({ records, features }: LabelledFeatures): LabelledFeatures => ({
  features,
  records: records.map(({ text, label }) => ({ text, label })),
});

function inputOf(task: Task, labelOf: (hidden: number) => Label, changed: Partial<FineTuneTargetsInput> = {}) {
  const named = (hidden: number) => ({ label: labelOf(hidden) });
  return {
    ...syntheticInput({
      train: single(rowsOf(300, 1, named)),
      shifts: [{ name: 'later', ...single(rowsOf(120, 2, named)) }],
      config: resolveLeviConfig({ levi: { width: 8, task }, hyperparameters }),
    }),
    targets: [{ name: 'label', task }],
    ...changed,
  };
}

const scoreOf = ({ result }: FinishedRun, name: string): number =>
  result.report.methods.find(({ method }) => method === name)?.id.score.value ?? Number.NaN;

const CASES = {
  multi_label: (hidden: number) =>
    ['high', 'low', 'any'].filter((_, index) => [hidden > 0.6, hidden < 0.4, true][index]),
  regression: (hidden: number) => 100 + 50 * hidden,
  ordinal: (hidden: number) => 1 + Math.floor(5 * hidden),
} as const;

describe.each(['multi_label', 'regression', 'ordinal'] as const)('a %s job', (task) => {
  const run = runToEnd(inputOf(task, CASES[task]));

  test('reports every method by the published schema, and says what it measures', async () => {
    const report = FineTuningReport.parse((await run).result.report);
    expect(report).toMatchObject({ task, target: 'label', other_targets: [] });
    expect(report.metric.name).toBe(task === 'multi_label' ? 'example_f1' : 'rmse');
    expect(report.methods.map(({ method }) => method)).toContain('levi+ensemble');
    for (const { id, shifts } of report.methods) {
      expect(id.score.low).toBeLessThanOrEqual(id.score.value);
      expect(id.score.high).toBeGreaterThanOrEqual(id.score.value);
      expect(shifts).toHaveLength(1);
    }
    expect(report.verdict).toMatch(task === 'multi_label' ? /F1|no measurable/u : /RMSE|no measurable/u);
  });

  test('learns: every method but the prior is clearly better than it', async () => {
    const finished = await run;
    const prior = scoreOf(finished, 'prior');
    for (const method of ['linear_probe', 'concat_all', 'ensemble', 'levi', 'levi+ensemble']) {
      const gain = task === 'multi_label' ? scoreOf(finished, method) - prior : 1 - scoreOf(finished, method) / prior;
      expect(gain, method).toBeGreaterThan(task === 'multi_label' ? 0.1 : 0.25);
    }
  });

  test('serves what it reported: the file read back gives the same figure on the shift', async () => {
    const { result } = await run;
    const [{ name, adapter }] = readModel(result.adapter);
    expect(name).toBe('label');
    expect(adapter.manifest.task).toBe(task);
    await using predictor = await createPredictor(runtime, adapter.architecture.spec);
    const { features, records } = rowsOf(120, 2, (hidden) => ({ label: CASES[task](hidden) }));
    const { answers } = await predictor.run(adapter, { features, texts: records.map(({ text }) => text) });
    const served = result.report.methods.find(({ method }) => method === result.report.served);
    if (task === 'multi_label') {
      const f1 = records.map(({ label }, row) => {
        const given = adapter.labels.filter((_, index) => (answers.data[row * 3 + index] ?? 0) >= 0.5);
        const asked = label as readonly string[];
        return (2 * given.filter((each) => asked.includes(each)).length) / (given.length + asked.length);
      });
      expect(f1.reduce((sum, each) => sum + each, 0) / 120).toBeCloseTo(served?.shifts[0]?.score.value ?? 0, 10);
    } else {
      const squares = records.map(({ label }, row) => ((answers.data[row] ?? 0) - Number(label)) ** 2);
      const rmse = Math.sqrt(squares.reduce((sum, each) => sum + each, 0) / 120);
      expect(rmse).toBeCloseTo(served?.shifts[0]?.score.value ?? 0, 5);
      // In the target's own unit.
      expect(Math.min(...answers.data)).toBeGreaterThan(task === 'regression' ? 80 : -1);
    }
  });

  test('gives the same bytes again, and when resumed in its middle', async () => {
    const { events, result } = await run;
    const checkpoints = events.flatMap((event) => (event.type === 'checkpoint' ? [event.bytes] : []));
    const middle = checkpoints[Math.floor(checkpoints.length / 2)] ?? new Uint8Array(0);
    const again = await runToEnd(inputOf(task, CASES[task], { checkpoint: new Uint8Array(middle) }));
    expect(again.result.adapter).toEqual(result.adapter);
  });
});

test('ratings are reported with their confusion and figures per level, numbers without', async () => {
  const { result } = await runToEnd(inputOf('ordinal', CASES.ordinal));
  expect(result.report.confusion?.labels).toEqual(['1', '2', '3', '4', '5']);
  expect(result.report.per_class).toHaveLength(5);
  expect(result.report.methods[0]?.id.accuracy).toBeDefined();
  const numbers = await runToEnd(inputOf('regression', CASES.regression));
  expect(numbers.result.report).toMatchObject({ confusion: null, per_class: [], risk_coverage: [] });
});

describe('several targets in one job', () => {
  const labelOf = (hidden: number): Record<string, Label> => ({
    mood: hidden > 0.5 ? 'good' : 'bad',
    stars: CASES.ordinal(hidden),
    topics: CASES.multi_label(hidden),
  });
  const input: FineTuneTargetsInput = {
    ...syntheticInput({
      train: rowsOf(200, 3, labelOf),
      shifts: [{ name: 'later', ...rowsOf(60, 4, labelOf) }],
      config: resolveLeviConfig({ levi: { width: 8 }, hyperparameters: { ...hyperparameters, n_epochs: 2 } }),
    }),
    targets: [
      { name: 'mood', task: undefined },
      { name: 'stars', task: 'ordinal' },
      { name: 'topics', task: undefined },
    ],
  };
  const run = runToEnd(input);

  test('are each reported and served with a method of their own', async () => {
    const report = FineTuningReport.parse((await run).result.report);
    expect([report, ...report.other_targets].map(({ target, task }) => [target, task])).toEqual([
      ['mood', 'single_label'],
      ['stars', 'ordinal'],
      ['topics', 'multi_label'],
    ]);
    const adapters = readModel((await run).result.adapter);
    expect(adapters.map(({ name }) => name)).toEqual(['mood', 'stars', 'topics']);
    expect(adapters[0].adapter.labels).toEqual(['bad', 'good']);
  });

  test('progress rises over all of them, and a checkpoint holds those that are done', async () => {
    const { events, result } = await run;
    const fractions = events.flatMap((event) => (event.type === 'progress' ? [event.fraction] : []));
    expect(fractions).toEqual(fractions.toSorted((a, b) => a - b));
    expect(fractions.at(-1)).toBe(1);
    const checkpoints = events.flatMap((event) => (event.type === 'checkpoint' ? [event.bytes] : []));
    const again = await runToEnd({ ...input, checkpoint: new Uint8Array(checkpoints.at(-2) ?? []) });
    expect(again.result.adapter).toEqual(result.adapter);
    expect(again.events.some((event) => event.type === 'message' && event.message.startsWith('mood:'))).toBe(false);
  });
});

describe("LEVI's loss", () => {
  test.each([{ type: 'focal' as const, focusing: 2 }, { label_smoothing: 0.1 }])(
    '%j trains another LEVI',
    async (loss) => {
      const of = (chosen: object | undefined) =>
        runToEnd(
          syntheticInput({
            config: resolveLeviConfig({
              levi: { width: 8, method: 'levi', ...(chosen && { loss: chosen }) },
              hyperparameters,
            }),
          }),
        );
      const plain = await of(undefined);
      const other = await of(loss);
      expect(other.result.adapter).not.toEqual(plain.result.adapter);
      expect(scoreOf(other, 'levi')).toBeGreaterThan(scoreOf(other, 'prior') + 0.3);
      expect(scoreOf(other, 'concat_all')).toBe(scoreOf(plain, 'concat_all'));
    },
  );
});

test('rows count by their weights relative to each other, in training and in choosing', async () => {
  const base = syntheticInput();
  const weighed = base.train.records.map((record, row) => ({ ...record, weight: row % 2 === 0 ? 3 : 1 }));
  const config = resolveLeviConfig({ levi: { method: 'linear_probe' } });
  const plain = await runToEnd({ ...base, config });
  const other = await runToEnd({ ...base, config, train: { ...base.train, records: weighed } });
  const same = weighed.map((record) => ({ ...record, weight: 2 }));
  const scaled = await runToEnd({ ...base, config, train: { ...base.train, records: same } });
  expect(other.result.adapter).not.toEqual(plain.result.adapter);
  expect(scaled.result.adapter).toEqual(plain.result.adapter);
});
