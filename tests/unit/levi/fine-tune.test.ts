import { beforeAll, describe, expect, test } from 'vitest';
import { FineTuningReport } from '../../../src/contract/report.ts';
import { createPredictor, fineTune, readAdapter, resolveLeviConfig } from '../../../src/levi/index.ts';
import { runToEnd, runtime, syntheticInput, syntheticRows } from './synthetic-task.ts';
import type { FinishedRun } from './synthetic-task.ts';

const METHODS = ['prior', 'linear_probe', 'best_layer', 'concat_all', 'task_only', 'ensemble', 'levi', 'levi+ensemble'];

let finished: FinishedRun;
beforeAll(async () => {
  finished = await runToEnd(syntheticInput());
});

describe('a run', () => {
  test('reports every method by the published schema and serves what the validation loss says', () => {
    const report = FineTuningReport.parse(finished.result.report);
    expect(report.methods.map(({ method }) => method)).toEqual(METHODS);
    const best = report.methods.toSorted((a, b) => a.validation_loss - b.validation_loss)[0];
    expect([best?.method, 'levi+ensemble']).toContain(report.served);
    const [lowest] = report.methods.toSorted((a, b) => a.validation_loss - b.validation_loss);
    expect(report.chosen_by).toBe(lowest?.method === report.served ? 'validation_loss' : 'one_standard_error');
    expect(report.data).toMatchObject({ rows: 240, train: 168, validation: 36, test: 36, labels: { billing: 80 } });
    expect(report.confusion?.counts.flat().reduce((sum, count) => sum + count, 0)).toBe(36);
    expect(report.verdict).toMatch(/one seed/u);
    expect(report.per_class.map(({ label }) => label)).toEqual(report.confusion?.labels);
    expect(report.risk_coverage.at(-1)?.coverage).toBe(1);
    expect(report.worst_shift).toEqual({ name: 'chat', score: expect.any(Object) });
  });

  test('learns: LEVI and the probes are far above the prior', () => {
    const { methods } = finished.result.report;
    const accuracy = (name: string): number => methods.find(({ method }) => method === name)?.id.score.value ?? 0;
    expect(accuracy('levi')).toBeGreaterThan(accuracy('prior') + 0.3);
    expect(accuracy('concat_all')).toBeGreaterThan(accuracy('prior') + 0.3);
    expect(accuracy('task_only')).toBeGreaterThan(accuracy('prior') + 0.15);
  });

  test('yields metrics per epoch, rising progress and checkpoints', () => {
    const metrics = finished.events.filter((event) => event.type === 'metrics');
    expect(metrics.map(({ method, epoch }) => `${method} ${epoch}`)).toEqual(['levi 1', 'levi 2', 'levi 3', 'levi 4']);
    const fractions = finished.events.flatMap((event) => (event.type === 'progress' ? [event.fraction] : []));
    expect(fractions).toEqual(fractions.toSorted((a, b) => a - b));
    expect(fractions.at(-1)).toBe(1);
    expect(finished.result.curve).toHaveLength(4);
  });

  test('serves exactly what it reported: the adapter read back gives the same accuracy on the shift', async () => {
    const { adapter: bytes, report } = finished.result;
    const adapter = readAdapter(bytes);
    await using predictor = await createPredictor(runtime, adapter.architecture.spec);
    const shift = syntheticRows(90, 2, 0.3);
    const { answers: probabilities } = await predictor.run(adapter, {
      features: shift.features,
      texts: shift.records.map(({ text }) => text),
    });
    const right = shift.records.filter(({ label }, row) => {
      const scores = adapter.labels.map((_, index) => probabilities.data[row * 3 + index] ?? 0);
      return adapter.labels[scores.indexOf(Math.max(...scores))] === label;
    });
    const served = report.methods.find(({ method }) => method === report.served);
    expect(right.length / 90).toBe(served?.shifts[0]?.accuracy?.value);
    expect(adapter.tensors['calibration.inverse_temperature']?.data[0]).toBeCloseTo(
      1 / (served?.calibration.temperature ?? 0),
      5,
    );
    expect(served?.calibration.ece_after).toBe(served?.id.ece);
  });
});

describe('checkpoints', () => {
  test('are the model after each of its last epochs, the last one the model itself; each is a whole adapter', async () => {
    const { result } = await runToEnd(
      syntheticInput({ config: resolveLeviConfig({ levi: { method: 'levi' }, hyperparameters: { n_epochs: 4 } }) }),
    );
    const { checkpoints } = result;
    expect(checkpoints.at(-1)?.adapter).toBeNull();
    expect(checkpoints.length).toBeGreaterThan(1);
    expect(checkpoints.length).toBeLessThanOrEqual(3);
    const steps = checkpoints.map(({ step }) => step);
    expect(steps).toEqual(steps.toSorted((a, b) => a - b));
    expect(new Set(steps).size).toBe(steps.length);
    const served = readAdapter(result.adapter);
    for (const { adapter: bytes, epoch, validLoss } of checkpoints.slice(0, -1)) {
      const adapter = readAdapter(bytes ?? new Uint8Array(0));
      expect(adapter.manifest).toEqual(served.manifest);
      expect(Object.keys(adapter.tensors)).toEqual(Object.keys(served.tensors));
      expect(adapter.tensors).not.toEqual(served.tensors);
      expect(validLoss).toBe(result.curve.find((point) => point.epoch === epoch)?.valid_loss);
    }
  });

  test('there are none of a method without epochs', async () => {
    const { result } = await runToEnd(
      syntheticInput({ config: resolveLeviConfig({ levi: { method: 'linear_probe' } }) }),
    );
    expect(result.checkpoints).toEqual([]);
  });
});

describe('the adapter bytes', () => {
  test('are equal for equal input and seed, and others for another seed', async () => {
    const again = await runToEnd(syntheticInput());
    expect(again.result.adapter).toEqual(finished.result.adapter);
    const other = await runToEnd(syntheticInput({ seed: 8 }));
    expect(other.result.adapter).not.toEqual(finished.result.adapter);
  });

  test('do not depend on the shift files, which the report does show', async () => {
    const shifts = [{ name: 'other', ...syntheticRows(60, 99, -2) }];
    const { result } = await runToEnd(syntheticInput({ shifts }));
    expect(result.adapter).toEqual(finished.result.adapter);
    expect(result.report.methods[6]?.shifts).not.toEqual(finished.result.report.methods[6]?.shifts);
    const none = await runToEnd(syntheticInput({ shifts: [] }));
    expect(none.result.adapter).toEqual(finished.result.adapter);
    expect(none.result.report.verdict).toMatch(/cannot be measured/u);
  });

  test('are equal when the run is resumed from any of its checkpoints', async () => {
    const checkpoints = finished.events.flatMap((event) => (event.type === 'checkpoint' ? [event.bytes] : []));
    expect(checkpoints.length).toBeGreaterThan(8);
    for (const checkpoint of checkpoints) {
      const { result, events } = await runToEnd(syntheticInput({ checkpoint: new Uint8Array(checkpoint) }));
      expect(events.find((event) => event.type === 'message' && /Resumed/u.test(event.message))).toBeDefined();
      expect(result.adapter).toEqual(finished.result.adapter);
      expect(result.curve).toEqual(finished.result.curve);
    }
  });

  test('are equal when the checkpoint is of another run or damaged, which starts again and says so', async () => {
    const other = await runToEnd(syntheticInput({ seed: 9 }));
    const foreign = other.events.find((event) => event.type === 'checkpoint');
    for (const checkpoint of [foreign?.type === 'checkpoint' ? foreign.bytes : undefined, Uint8Array.of(1, 2, 3)]) {
      const { result, events } = await runToEnd(syntheticInput({ checkpoint }));
      expect(events.some((event) => event.type === 'message' && /starts again/u.test(event.message))).toBe(true);
      expect(result.adapter).toEqual(finished.result.adapter);
    }
  });
});

describe('a named method', () => {
  test.each(['linear_probe', 'task_only', 'levi'] as const)(
    '%s is served as asked, beside its baselines',
    async (method) => {
      const config = resolveLeviConfig({ levi: { width: 8, method }, hyperparameters: { n_epochs: 2 } });
      const { result } = await runToEnd(syntheticInput({ config }));
      expect(result.report).toMatchObject({ served: method, chosen_by: 'request' });
      expect(readAdapter(result.adapter).manifest.method).toBe(method);
      const reported = result.report.methods.map((each) => each.method);
      expect(reported).toEqual(method === 'levi' ? METHODS : METHODS.slice(0, 6));
    },
  );
});

describe('other rows', () => {
  test('a validation file is halved, and all of the training file is learned from', async () => {
    const { result } = await runToEnd(syntheticInput({ validation: syntheticRows(80, 3) }));
    expect(result.report.data).toMatchObject({ train: 240, validation: 40, test: 40 });
    expect(result.report.notes.join(' ')).toMatch(/halved/u);
  });

  test('rows of the validation file that repeat training texts are left out', async () => {
    const { result } = await runToEnd(
      syntheticInput({ train: syntheticRows(240, 1), validation: joined(syntheticRows(30, 1), syntheticRows(30, 4)) }),
    );
    expect(result.report.data).toMatchObject({ validation: 30 });
    expect(result.report.notes.join(' ')).toMatch(/30 rows of the validation file repeat/u);
  });

  test('ten rows are enough to run', async () => {
    const { result } = await runToEnd(syntheticInput({ train: syntheticRows(10, 1) }));
    expect(result.report.data).toMatchObject({ rows: 10, validation: expect.any(Number), test: expect.any(Number) });
  });

  test('only the chosen layers are used, and the views bear their names', async () => {
    const config = resolveLeviConfig({
      levi: { width: 8, method: 'levi', layers: [0, 2] },
      hyperparameters: { n_epochs: 1 },
    });
    const { result } = await runToEnd(syntheticInput({ config }));
    const adapter = readAdapter(result.adapter);
    await using predictor = await createPredictor(runtime, adapter.architecture.spec);
    const { features, records } = syntheticRows(5, 11);
    const { views, disagreement } = await predictor.run(adapter, { features, texts: records.map(({ text }) => text) });
    expect(views?.map(({ layer }) => layer)).toEqual([0, 2]);
    expect(disagreement?.every((bits) => bits >= 0 && bits <= 1)).toBe(true);
  });
});

describe('a run is refused', () => {
  test('when a shift file holds a label that training does not, before any training', async () => {
    const shift = syntheticRows(6, 5);
    const shifts = [
      { name: 'chat', features: shift.features, records: shift.records.map(({ text }) => ({ text, label: 'new' })) },
    ];
    await expect(fineTune(syntheticInput({ shifts })).next()).rejects.toThrow(
      /levi\.shift_files\[0\]\.file, field "label": "new" does not occur/u,
    );
  });

  test('when a layer or a class weight is unknown', async () => {
    const layer = resolveLeviConfig({ levi: { layers: [9] } });
    await expect(fineTune(syntheticInput({ config: layer })).next()).rejects.toThrow(
      /no layer 9; it has 0 \(embeddings\) to 2/u,
    );
    const weight = resolveLeviConfig({ levi: { class_weight: { nope: 2 } } });
    await expect(fineTune(syntheticInput({ config: weight })).next()).rejects.toThrow(/names the label "nope"/u);
  });

  test('when features are not finite', async () => {
    const train = syntheticRows(240, 1);
    train.features.data[100] = Number.NaN;
    await expect(fineTune(syntheticInput({ train })).next()).rejects.toThrow(/not finite numbers/u);
  });

  test('when the signal is aborted between two steps', async () => {
    const controller = new AbortController();
    const reason = new Error('stop');
    const seen: string[] = [];
    const follow = async (): Promise<void> => {
      for await (const event of fineTune(syntheticInput({ signal: controller.signal }))) {
        seen.push(event.type);
        if (event.type === 'metrics') controller.abort(reason);
      }
    };
    await expect(follow()).rejects.toBe(reason);
    expect(seen.filter((type) => type === 'metrics')).toHaveLength(1);
  });
});

function joined(
  a: ReturnType<typeof syntheticRows>,
  b: ReturnType<typeof syntheticRows>,
): ReturnType<typeof syntheticRows> {
  const data = new Float32Array([...a.features.data, ...b.features.data]);
  return {
    records: [...a.records, ...b.records],
    features: { ...a.features, rows: a.features.rows + b.features.rows, data },
  };
}
