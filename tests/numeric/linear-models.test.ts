import { expect, test } from 'vitest';
import { tensor } from '../../src/engine/index.ts';
import { withoutTaskInputs } from '../../src/levi/task-model/take-task-inputs.ts';
import type { Family } from '../../src/levi/tasks/family.ts';
import { createProbeObjective, refitProbe } from '../../src/levi/train/train-probe.ts';
import type { TrainingData } from '../../src/levi/train/training-data.ts';
import { createTestRuntime } from '../support/runtime.ts';
import fixture from '../fixtures/linear-models.json' with { type: 'json' };

const runtime = createTestRuntime();
const ANSWERS: Readonly<Record<string, (logit: number) => number>> = {
  squared: (value) => value,
  sigmoid: (logit) => 1 / (1 + Math.exp(-logit)),
};

test.each(fixture.cases)(
  'a probe ends at the optimum of scikit-learn to 1e-4 in loss: $name',
  async ({ width, outputs, penalty, family, weights: rowWeights, targets, features, ...expected }) => {
    const rows = rowWeights.length;
    const data: TrainingData = {
      features: { rows, taps: 1, width, data: Float32Array.from(features) },
      ...withoutTaskInputs(rows),
      // As the fixture has it: one of the two.
      family: family as Family,
      rows,
      outputs,
      targets: Float32Array.from(targets),
      targetScale: 1,
      rowWeights: Float32Array.from(rowWeights),
    };
    const probe = { runtime, data, probeTaps: [0] };
    const start = {
      'probe.weights': tensor(new Float32Array(outputs * width), [outputs, width]),
      'probe.bias': tensor(new Float32Array(outputs), [1, outputs]),
    };
    const solved = await refitProbe({ ...probe, penalty, start, pause: () => Promise.resolve() });
    const weights = Array.from(solved['probe.weights']?.data ?? [], Number);
    const bias = Array.from(solved['probe.bias']?.data ?? [], Number);
    await using objective = await createProbeObjective(probe);
    const { value } = await objective.evaluate(Float64Array.from([...weights, ...bias]));
    const squares = weights.reduce((sum, weight) => sum + weight * weight, 0);
    expect(Math.abs(value - expected.loss)).toBeLessThan(1e-4);
    expect(Math.abs(value + (penalty / 2) * squares - expected.objective)).toBeLessThan(1e-4);
    for (const [index, answer] of expected.answers.entries()) {
      const row = features.slice(Math.floor(index / outputs) * width, (Math.floor(index / outputs) + 1) * width);
      const output = index % outputs;
      const logit = row.reduce((sum, x, j) => sum + x * (weights[output * width + j] ?? 0), bias[output] ?? 0);
      expect(Math.abs((ANSWERS[family]?.(logit) ?? 0) - answer)).toBeLessThan(5e-3);
    }
  },
);
