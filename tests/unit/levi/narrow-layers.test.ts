import { expect, test } from 'vitest';
import { createRandom } from '../../../src/engine/index.ts';
import { resolveLeviConfig } from '../../../src/levi/index.ts';
import type { AdapterTensors } from '../../../src/levi/adapter/adapter.ts';
import { floatTensors } from '../../../src/levi/adapter/float-weights.ts';
import { activeColumns, spreadColumns, takeColumns } from '../../../src/levi/data/active-columns.ts';
import { tapRuns } from '../../../src/levi/data/tap-runs.ts';
import type { FeatureMatrix } from '../../../src/levi/feature-matrix.ts';
import { createPause } from '../../../src/levi/train/create-pause.ts';
import { prepareRun } from '../../../src/levi/run/prepare-run.ts';
import { outputOf } from '../../../src/levi/model/output-of.ts';
import { leviModel } from '../../../src/levi/train/levi-model.ts';
import { refitEpochs } from '../../../src/levi/train/train-epochs.ts';
import { runtime, syntheticInput, syntheticRows } from './synthetic-task.ts';

/** Random features of layers of these widths, padded with zeros to the widest. */
function padded(rows: number, widths: readonly number[]): FeatureMatrix {
  const random = createRandom(4);
  const width = Math.max(...widths);
  const data = new Float32Array(rows * widths.length * width);
  for (let row = 0; row < rows; row++) {
    for (const [tap, used] of widths.entries()) {
      for (let j = 0; j < used; j++) data[(row * widths.length + tap) * width + j] = random.normal();
    }
  }
  return { rows, taps: widths.length, width, data };
}

test('layers in a row of about one width are one run', () => {
  expect(tapRuns(padded(3, [384, 384, 384]))).toEqual([{ from: 0, to: 3, width: 384 }]);
  expect(tapRuns(padded(3, [16, 8, 24, 56, 112, 200]))).toEqual([
    { from: 0, to: 3, width: 32 },
    { from: 3, to: 4, width: 64 },
    { from: 4, to: 5, width: 128 },
    { from: 5, to: 6, width: 200 },
  ]);
});

test('columns that are zero in every row are left out and come back as zeros', () => {
  const features = padded(2, [1, 3]);
  const columns = activeColumns(features);
  expect([...columns]).toEqual([0, 3, 4, 5]);
  const taken = takeColumns(features.data, 6, columns);
  expect(taken).toHaveLength(8);
  expect(spreadColumns(taken, 6, columns)).toEqual(features.data);
  expect([...activeColumns({ rows: 2, taps: 1, width: 2, data: new Float32Array(4) })]).toEqual([0]);
});

test('LEVI learns the same without the products with padding', async () => {
  const features = padded(240, [40, 200]);
  const config = resolveLeviConfig({ levi: { width: 8 }, hyperparameters: { batch_size: 32 } });
  const train = { ...syntheticRows(240, 1), features };
  const { data } = prepareRun(syntheticInput({ train, shifts: [], config })).choosing;
  // One number too small to matter makes the narrow layer as wide as the other.
  const whole = { ...data.features, data: data.features.data.slice() };
  whole.data[199] = 1e-30;
  expect(tapRuns(data.features)).toHaveLength(2);
  expect(tapRuns(whole)).toHaveLength(1);
  const pause = createPause({ signal: undefined, yieldToEventLoop: () => Promise.resolve() });
  const options = { runtime, config, seed: 3, pause };
  const cut = await refitEpochs(leviModel, { ...options, data }, 2);
  const dense = await refitEpochs(leviModel, { ...options, data: { ...data, features: whole } }, 2);
  expect(Object.keys(cut).toSorted()).toEqual(Object.keys(dense).toSorted());
  for (const [name, { dims }] of Object.entries(cut)) {
    expect(dense[name]?.dims).toEqual(dims);
    // Rounded to steps that the unread weights of the whole have a part in.
    if (name === 'levi.adapt_features' || name === 'levi.adapt_scale') continue;
    const [found, expected] = [outputOf(cut, name), outputOf(dense, name)];
    for (const [index, value] of found.entries()) expect(Math.abs(value - (expected[index] ?? NaN))).toBeLessThan(1e-5);
  }
  const featuresOf = (tensors: AdapterTensors): Float32Array =>
    outputOf(floatTensors({ tensors }), 'levi.adapt_features');
  const [found, expected] = [featuresOf(cut), featuresOf(dense)];
  const isPadding = (index: number): boolean => index < 200 * 8 && index >= 64 * 8;
  // What differs by a rounding may be rounded to the next step.
  const step = Math.max(...outputOf(dense, 'levi.adapt_scale')) + 1e-5;
  for (const [index, value] of found.entries()) {
    if (isPadding(index)) expect(value).toBe(0);
    else expect(Math.abs(value - (expected[index] ?? NaN))).toBeLessThan(step);
  }
});
