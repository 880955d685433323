import { expect, test } from 'vitest';
import { createProbeObjective, PROBE_PENALTIES, refitProbe, trainProbe } from '../../../src/levi/train/train-probe.ts';
import { withoutTaskInputs } from '../../../src/levi/task-model/take-task-inputs.ts';
import type { TrainingData } from '../../../src/levi/train/training-data.ts';
import { runtime, syntheticRows, TAPS, WIDTH } from './synthetic-task.ts';

const { features, records } = syntheticRows(150, 5);
const labels = ['billing', 'login', 'shipping'];
const classes = records.map(({ label }) => labels.indexOf(String(label)));
const data: TrainingData = {
  features,
  ...withoutTaskInputs(150),
  family: 'softmax',
  rows: 150,
  outputs: 3,
  targets: Float32Array.from(classes.flatMap((target) => labels.map((_, c) => (c === target ? 1 : 0)))),
  targetScale: 1,
  rowWeights: Float32Array.from(classes, (target) => [1, 2, 0.5][target] ?? 1),
};
const inputs = TAPS * WIDTH;
const everyTap = [0, 1, 2];

/** The same loss and gradient in plain double precision. */
function referenceObjective(point: Float64Array): { value: number; gradient: Float64Array } {
  const gradient = new Float64Array(point.length);
  let value = 0;
  for (const [row, target] of classes.entries()) {
    const x = features.data.subarray(row * inputs, (row + 1) * inputs);
    const logits = labels.map((_, c) =>
      x.reduce((sum, v, j) => sum + v * (point[c * inputs + j] ?? 0), point[3 * inputs + c] ?? 0),
    );
    const total = Math.log(logits.reduce((sum, logit) => sum + Math.exp(logit), 0));
    const weight = (data.rowWeights[row] ?? 1) / 150;
    value += weight * (total - (logits[target] ?? 0));
    for (const [c, logit] of logits.entries()) {
      const slope = weight * (Math.exp(logit - total) - (c === target ? 1 : 0));
      for (const [j, v] of x.entries()) gradient[c * inputs + j] = (gradient[c * inputs + j] ?? 0) + slope * v;
      gradient[3 * inputs + c] = (gradient[3 * inputs + c] ?? 0) + slope;
    }
  }
  return { value, gradient };
}

test('gives the loss and gradient of multinomial logistic regression, weighted by class', async () => {
  await using objective = await createProbeObjective({ runtime, data, probeTaps: everyTap });
  const point = Float64Array.from({ length: 3 * (inputs + 1) }, (_, index) => 0.3 * Math.sin(index));
  const expected = referenceObjective(point);
  const { value, gradient } = await objective.evaluate(point);
  expect(value).toBeCloseTo(expected.value, 5);
  for (const [index, slope] of expected.gradient.entries()) expect(gradient[index]).toBeCloseTo(slope, 5);
});

test('chooses the strength with the lowest validation loss, and ends at its optimum: the penalised gradient vanishes', async () => {
  const basics = { runtime, data, probeTaps: everyTap, pause: () => Promise.resolve() };
  const chosen = await trainProbe({
    ...basics,
    // A validation that likes weights of a certain size has its valley inside the grid.
    validate: ({ tensors }) => {
      const squares = Float32Array.from(tensors['probe.weights']?.data ?? [], Number).reduce(
        (sum, w) => sum + w * w,
        0,
      );
      return Promise.resolve({ loss: Math.abs(squares - 1), score: 0 });
    },
  });
  const penalty = Number(chosen.detail['l2']);
  expect(PROBE_PENALTIES.slice(1, -1)).toContain(penalty);
  const solved = await refitProbe({ ...basics, penalty, start: chosen.tensors });
  const weights = Float32Array.from(solved['probe.weights']?.data ?? [], Number);
  const bias = Float32Array.from(solved['probe.bias']?.data ?? [], Number);
  const { gradient } = referenceObjective(Float64Array.from([...weights, ...bias]));
  const slopes = gradient.map((slope, index) => slope + (index < weights.length ? penalty * (weights[index] ?? 0) : 0));
  expect(Math.max(...slopes.map(Math.abs))).toBeLessThan(2e-4);
});
