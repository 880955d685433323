import { beforeAll, describe, expect, test } from 'vitest';
import { createRandom } from '../../../src/engine/index.ts';
import { writeAdapter } from '../../../src/levi/adapter/write-adapter.ts';
import { createPredictor, readAdapter, resolveLeviConfig } from '../../../src/levi/index.ts';
import type { Adapter, LabelledFeatures } from '../../../src/levi/index.ts';
import { ratingInput, ratingRows } from './ratings-task.ts';
import { runToEnd, runtime, syntheticInput, syntheticRows, TAPS, WIDTH } from './synthetic-task.ts';
import type { FinishedRun } from './synthetic-task.ts';

let finished: FinishedRun;
beforeAll(async () => {
  finished = await runToEnd(ratingInput());
});

function scoreOf({ result }: FinishedRun, name: string): number {
  const method = result.report.methods.find((each) => each.method === name);
  if (method === undefined) throw new Error(`${name} is not in the report`);
  return method.id.score.value;
}

async function answer(adapter: Adapter, { records, features, images }: LabelledFeatures): Promise<readonly number[]> {
  await using predictor = await createPredictor(runtime, adapter.architecture.spec);
  const texts = records.map(({ text }) => text);
  const { answers } = await predictor.run(adapter, { features, texts, fields: records.map((r) => r.fields), images });
  return [...answers.data];
}

describe('ratings whose ids know what no text says', () => {
  test('are learned by the task model: it and LEVI beat every probe by far', () => {
    const best = Math.min(...['linear_probe', 'best_layer', 'concat_all'].map((name) => scoreOf(finished, name)));
    expect(scoreOf(finished, 'task_only')).toBeLessThan(best * 0.7);
    expect(scoreOf(finished, 'levi')).toBeLessThan(best * 0.7);
    expect(scoreOf(finished, 'levi+task')).toBeLessThan(best * 0.7);
    expect(finished.result.report.served).toMatch(/^levi|task_only|ensemble$/u);
    expect(finished.events).toContainEqual(
      expect.objectContaining({ message: expect.stringContaining('fields user_id (id), item_id (id), age (number)') }),
    );
  });

  test('with ids that nobody has seen are answered, no worse than by the mean', () => {
    const { methods } = finished.result.report;
    const shiftOf = (name: string): number =>
      methods.find(({ method }) => method === name)?.shifts[0]?.score.value ?? NaN;
    expect(shiftOf('task_only')).toBeLessThan(shiftOf('prior') * 1.1);
    expect(shiftOf('levi+task')).toBeLessThan(shiftOf('prior') * 1.1);
  });

  test('give the same adapter bytes again, and after any checkpoint', async () => {
    const again = await runToEnd(ratingInput());
    expect(again.result.adapter).toEqual(finished.result.adapter);
    const checkpoints = finished.events.flatMap((event) => (event.type === 'checkpoint' ? [event.bytes] : []));
    for (const checkpoint of checkpoints.filter((_, index) => index % 6 === 0)) {
      const { result } = await runToEnd({ ...ratingInput(), checkpoint: new Uint8Array(checkpoint) });
      expect(result.adapter).toEqual(finished.result.adapter);
    }
  });
});

describe('an adapter with fields', () => {
  test('holds what it needs: written and read it answers the same, whatever the fields hold', async () => {
    const { result } = await runToEnd(ratingInput({ levi: { task: 'ordinal', method: 'levi+task' } }));
    const adapter = readAdapter(result.adapter);
    expect(adapter.manifest.method).toBe('levi+task');
    expect(adapter.manifest.fields?.map(({ name }) => name)).toEqual(['user_id', 'item_id', 'age']);
    expect(writeAdapter(adapter)).toEqual(result.adapter);

    const { features, records } = ratingRows(6, 9);
    const known = await answer(adapter, { features, records });
    const bare = records.map(({ text, label }) => ({ text, label }));
    const missing = await answer(adapter, { features, records: bare });
    const odd = records.map((record) => ({ ...record, fields: { user_id: { a: 1 }, age: 'old', more: 1 } }));
    expect(await answer(adapter, { features, records: odd })).toEqual(missing);
    expect(missing).not.toEqual(known);
    expect([...known, ...missing].every(Number.isFinite)).toBe(true);
  });

  test('is refused when a table does not fit its schema', async () => {
    const { result } = await runToEnd(ratingInput({ levi: { task: 'ordinal', method: 'task_only' } }));
    const adapter = readAdapter(result.adapter);
    const { 'task.fields.embedding.1': _, ...rest } = adapter.tensors;
    expect(() => readAdapter(writeAdapter({ ...adapter, tensors: rest }))).toThrow(
      /lacks the tensor "task\.fields\.embedding\.1"/u,
    );
    const fields = adapter.manifest.fields?.slice(0, 2);
    expect(() => readAdapter(writeAdapter({ ...adapter, manifest: { ...adapter.manifest, fields } }))).toThrow(
      /"task\.fields\.hidden" of shape/u,
    );
    const doubled = [...(adapter.manifest.fields ?? []), ...(adapter.manifest.fields ?? [])];
    expect(() => readAdapter(writeAdapter({ ...adapter, manifest: { ...adapter.manifest, fields: doubled } }))).toThrow(
      /manifest whose "fields" is wrong: names a field twice/u,
    );
  });
});

describe('the ablations', () => {
  test('say what the fields are worth: without them, or with those of another row, LEVI is no better than a probe', async () => {
    const run = await runToEnd(ratingInput({ levi: { task: 'ordinal', baselines: 'all', method: 'levi' } }));
    expect(scoreOf(run, 'levi')).toBeLessThan(scoreOf(run, 'levi_no_task') * 0.75);
    expect(scoreOf(run, 'levi')).toBeLessThan(scoreOf(run, 'levi_noise') * 0.75);
    const silent = run.result.report.methods.find(({ method }) => method === 'levi_no_task');
    const whole = run.result.report.methods.find(({ method }) => method === 'levi');
    expect(silent?.parameters).toBeLessThan(whole?.parameters ?? 0);
  });
});

describe('categories', () => {
  test('classify where texts are noise, with types told from the values', async () => {
    const random = createRandom(3);
    const { features, records } = syntheticRows(300, 4);
    const plans = ['pro', 'free', 'team'];
    const labelled = records.map(({ text }) => {
      const [plan, region] = [random.integer(3), random.integer(4)];
      const label = `class ${(plan + (region > 1 ? 1 : 0)) % 3}`;
      return { text, label, fields: { plan: plans[plan], region: `r${region}`, noise: random.uniform() } };
    });
    const config = resolveLeviConfig({
      levi: { width: 8 },
      hyperparameters: { n_epochs: 15, learning_rate_multiplier: 10 },
    });
    const run = await runToEnd(syntheticInput({ train: { features, records: labelled }, shifts: [], config }));
    expect(scoreOf(run, 'linear_probe')).toBeLessThan(0.6);
    expect(scoreOf(run, 'task_only')).toBeGreaterThan(0.95);
    expect(scoreOf(run, 'levi+task')).toBeGreaterThan(0.95);
  });
});

describe('images', () => {
  test('are read by a small convolutional network beside the backbone', async () => {
    const rows = 80;
    const random = createRandom(5);
    const data = new Uint8Array(rows * 3 * 16 * 16);
    for (const [index] of data.entries()) {
      const isLower = Math.floor(index / 16) % 16 >= 8;
      const isBright = isLower === (Math.floor(index / 768) % 2 === 1);
      data[index] = (isBright ? 130 : 60) + 60 * random.uniform();
    }
    const records = Array.from({ length: rows }, (_, row) => ({
      text: '',
      label: row % 2 === 1 ? 'dark sky' : 'light sky',
      image: Uint8Array.of(row),
    }));
    const noise = Float32Array.from({ length: rows * TAPS * WIDTH }, () => random.normal());
    const features = { rows, taps: TAPS, width: WIDTH, data: noise };
    const config = resolveLeviConfig({
      levi: { width: 8, method: 'levi+task' },
      hyperparameters: { n_epochs: 6, learning_rate_multiplier: 10, batch_size: 8 },
    });
    const images = { rows, size: 16, data };
    const run = await runToEnd(syntheticInput({ train: { records, features, images }, shifts: [], config }));
    expect(scoreOf(run, 'task_only')).toBeGreaterThan(0.9);
    const adapter = readAdapter(run.result.adapter);
    expect(adapter.manifest.image_size).toBe(16);
    const one = { rows: 1, size: 16, data: data.subarray(0, 768) };
    const first = {
      features: { ...features, rows: 1, data: noise.subarray(0, TAPS * WIDTH) },
      records: records.slice(0, 1),
    };
    expect((await answer(adapter, { ...first, images: one }))[adapter.labels.indexOf('light sky')]).toBeGreaterThan(
      0.5,
    );
  });
});

describe('the coverage gate', () => {
  test('hears the task model fully on ids that are known and not at all on ids that are not', async () => {
    const { result } = await runToEnd(ratingInput({ levi: { task: 'ordinal', method: 'levi', coverage_gate: true } }));
    const adapter = readAdapter(result.adapter);
    expect(adapter.architecture.spec.isGated).toBe(true);
    const known = ratingRows(5, 9);
    const unknown = ratingRows(5, 9, 5000);
    const bare = known.records.map(({ text, label }) => ({ text, label }));
    const without = await answer(adapter, { ...known, records: bare });
    expect(await answer(adapter, unknown)).toEqual(without);
    expect(await answer(adapter, known)).not.toEqual(without);
  });
});

test('levi+task is refused where the task model reads text alone', async () => {
  const config = resolveLeviConfig({ levi: { method: 'levi+task' } });
  await expect(runToEnd(syntheticInput({ config }))).rejects.toThrow(
    /levi\.method: "levi\+task" needs fields or images/u,
  );
});
