import { expect, test } from 'vitest';
import { tensor } from '../../src/engine/index.ts';
import { createProbeObjective, refitProbe } from '../../src/levi/train/train-probe.ts';
import { withoutTaskInputs } from '../../src/levi/task-model/take-task-inputs.ts';
import type { TrainingData } from '../../src/levi/train/training-data.ts';
import { createTestRuntime } from '../support/runtime.ts';
import fixture from '../fixtures/logistic-regression.json' with { type: 'json' };

const runtime = createTestRuntime();

test.each(fixture.cases)(
  'a probe ends at the optimum of scikit-learn to 1e-4 in loss: $name',
  async ({ taps, width, classes, penalty, class_weights, targets, features, ...expected }) => {
    const rows = targets.length;
    const data: TrainingData = {
      features: { rows, taps, width, data: Float32Array.from(features) },
      ...withoutTaskInputs(rows),
      family: 'softmax',
      rows,
      outputs: classes,
      targets: Float32Array.from(
        targets.flatMap((target) => Array.from({ length: classes }, (_, c) => (c === target ? 1 : 0))),
      ),
      targetScale: 1,
      rowWeights: Float32Array.from(targets, (target) => class_weights[target] ?? 1),
    };
    const probe = { runtime, data, probeTaps: [...Array.from({ length: taps }).keys()] };
    const inputs = taps * width;
    const start = {
      'probe.weights': tensor(new Float32Array(classes * inputs), [classes, inputs]),
      'probe.bias': tensor(new Float32Array(classes), [1, classes]),
    };
    const solved = await refitProbe({ ...probe, penalty, start, pause: () => Promise.resolve() });
    const weights = Array.from(solved['probe.weights']?.data ?? [], Number);
    const bias = Array.from(solved['probe.bias']?.data ?? [], Number);
    await using objective = await createProbeObjective(probe);
    const { value } = await objective.evaluate(Float64Array.from([...weights, ...bias]));
    const squares = weights.reduce((sum, weight) => sum + weight * weight, 0);
    for (const [index, p] of expected.probabilities.entries()) {
      const row = features.slice(Math.floor(index / classes) * inputs, (Math.floor(index / classes) + 1) * inputs);
      const logits = bias.map((b, c) => row.reduce((sum, x, j) => sum + x * (weights[c * inputs + j] ?? 0), b));
      const total = logits.reduce((sum, logit) => sum + Math.exp(logit), 0);
      expect(Math.abs(Math.exp(logits[index % classes] ?? 0) / total - p)).toBeLessThan(5e-3);
    }
    expect(Math.abs(value - expected.loss)).toBeLessThan(1e-4);
    expect(Math.abs(value + (penalty / 2) * squares - expected.objective)).toBeLessThan(1e-4);
  },
);
