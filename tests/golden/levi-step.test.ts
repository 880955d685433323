import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { z } from 'zod';
import {
  createGraph,
  createTrainer,
  div,
  gather,
  gelu,
  gradients,
  linear,
  mul,
  reduceSum,
  tensor,
  toOnnx,
  unsqueeze,
} from '../../src/engine/index.ts';
import type { Graph, Tensor, Value } from '../../src/engine/index.ts';
import { ensembleViews, leviLoss, leviViews } from '../../src/levi/model/levi-views.ts';
import { createTestRuntime } from '../support/runtime.ts';

// One step of LEVI with a neural bag of tokens as task model, computed by PyTorch in double precision (see `made_with` and `note` in the file).
const Matrix = z.array(z.array(z.number()));
const Arrays = z.record(z.string(), z.union([z.array(z.number()), Matrix]));
const Golden = z.object({
  beta: z.number(),
  features: z.array(Matrix),
  token_ids: Matrix,
  token_mask: Matrix,
  target: z.array(z.number()),
  sample_weight: z.array(z.number()),
  parameters: Arrays,
  view_logits: z.array(Matrix),
  ensemble_logits: Matrix,
  loss: z.number(),
  gradients: Arrays,
  loss_before_each_adamw_step: z.array(z.number()),
  parameters_after_5_steps: Arrays,
});
const golden = Golden.parse(JSON.parse(readFileSync(new URL('../fixtures/levi-step.json', import.meta.url), 'utf8')));
const TOLERANCE = 1e-6;
const B = 6;
const K = 3;
const D = 5;
const M = 3;
const R = 4;
const C = 3;

type Nested = number | readonly Nested[];
const flat = (nested: Nested): number[] => (typeof nested === 'number' ? [nested] : nested.flatMap(flat));
const floats = (nested: Nested, dims: readonly number[]): Tensor => tensor(Float32Array.from(flat(nested)), dims);

/** The reference keeps one matrix per layer; ours are stacked over layers, and A is split into the halves that read h and s. */
function stack(arrays: z.infer<typeof Arrays>): Record<string, number[]> {
  const of = (name: string): Nested => arrays[name] ?? [];
  const layers = Array.from({ length: K }, (_, layer) => layer);
  const adapt = layers.map((layer) => flat(of(`a${layer}_w`)));
  return {
    embedding: flat(of('embedding')),
    task_w: flat(of('task_w')),
    task_b: flat(of('task_b')),
    adapt_features: adapt.flatMap((a) => a.slice(0, D * R)),
    adapt_task: adapt.flatMap((a) => a.slice(D * R)),
    adapt_bias: layers.flatMap((layer) => flat(of(`a${layer}_b`))),
    head: layers.flatMap((layer) => flat(of(`c${layer}_w`))),
    head_bias: layers.flatMap((layer) => flat(of(`c${layer}_b`))),
  };
}

const SHAPES: Record<string, readonly number[]> = {
  embedding: [11, 4],
  task_w: [4, M],
  task_b: [M],
  adapt_features: [K, D, R],
  adapt_task: [K, M, R],
  adapt_bias: [K, 1, R],
  head: [K, R, C],
  head_bias: [K, 1, C],
};

interface Built {
  readonly graph: Graph;
  readonly parameters: Readonly<Record<string, Value>>;
  readonly views: Value;
  readonly loss: Value;
}

function build(): Built {
  const graph = createGraph();
  const parameters = Object.fromEntries(
    Object.entries(SHAPES).map(([name, dims]) => [name, graph.parameter(name, dims)]),
  );
  const of = (name: string): Value => {
    const value = parameters[name];
    if (value === undefined) throw new Error(name);
    return value;
  };
  const mask = unsqueeze(graph.input('token_mask', 'float32', [B, 7]), 2);
  const tokens = mul(gather(of('embedding'), graph.input('token_ids', 'int32', [B, 7])), mask);
  const bag = div(reduceSum(tokens, [1]), reduceSum(mask, [1]));
  const views = leviViews(
    {
      adaptFeatures: [of('adapt_features')],
      adaptTask: of('adapt_task'),
      adaptBias: of('adapt_bias'),
      head: of('head'),
      headBias: of('head_bias'),
    },
    {
      features: [graph.input('features', 'float32', [K, B, D])],
      taskOutput: gelu(linear(bag, of('task_w'), of('task_b'))),
    },
  );
  const inputs = {
    targets: graph.input('targets', 'float32', [B, C]),
    sampleWeights: graph.input('sample_weights', 'float32', [B]),
  };
  return { graph, parameters, views, loss: leviLoss(views, inputs, { beta: golden.beta }) };
}

const byLayer = Array.from({ length: K }, (_, layer) => golden.features.map((row) => row[layer] ?? []));
const data = {
  features: floats(byLayer, [K, B, D]),
  token_ids: tensor(Int32Array.from(golden.token_ids.flat()), [B, 7]),
  token_mask: floats(golden.token_mask, [B, 7]),
  targets: floats(
    golden.target.map((target) => [0, 1, 2].map((index) => (index === target ? 1 : 0))),
    [B, C],
  ),
  sample_weights: floats(golden.sample_weight, [B]),
};

function expectClose(actual: ArrayLike<number>, expected: readonly number[], what: string): void {
  expect(actual.length, what).toBe(expected.length);
  const worst = expected.reduce(
    (largest, value, index) => Math.max(largest, Math.abs(value - (actual[index] ?? NaN))),
    0,
  );
  expect(worst, what).toBeLessThan(TOLERANCE);
}

test("gives the reference's loss, logits of every view and of the ensemble, and every gradient", async () => {
  const { graph, parameters, views, loss } = build();
  const wanted = gradients(loss, Object.values(parameters));
  const named = Object.fromEntries(Object.keys(parameters).map((name, index) => [name, wanted[index] ?? loss]));
  const outputs = { loss, views, ensemble: ensembleViews(views) };
  const gradientOutputs = Object.fromEntries(Object.entries(named).map(([name, value]) => [`d_${name}`, value]));
  const { model } = toOnnx(graph, { outputs: { ...outputs, ...gradientOutputs } });
  await using session = await createTestRuntime().load(model);
  const start = Object.fromEntries(
    Object.entries(stack(golden.parameters)).map(([name, values]) => [name, floats(values, SHAPES[name] ?? [])]),
  );
  const answers = await session.run({ ...data, ...start });
  const numbers = (name: string): ArrayLike<number> => Float32Array.from(answers[name]?.data ?? [], Number);
  expectClose(numbers('loss'), [golden.loss], 'loss');
  expectClose(numbers('views'), flat(golden.view_logits), 'view logits');
  expectClose(numbers('ensemble'), flat(golden.ensemble_logits), 'ensemble logits');
  for (const [name, expected] of Object.entries(stack(golden.gradients)))
    expectClose(numbers(`d_${name}`), expected, name);
});

test('follows five AdamW steps to the same losses and parameters', async () => {
  const { loss } = build();
  const first = Object.entries(stack(golden.parameters)).map(
    ([name, values]) => [name, Float32Array.from(values)] as const,
  );
  await using trainer = await createTrainer({
    runtime: createTestRuntime(),
    loss,
    parameters: Object.fromEntries(first),
    optimizer: { learningRate: 1e-2, weightDecay: 0.05, beta1: 0.9, beta2: 0.999, epsilon: 1e-8 },
  });
  const losses: number[] = [];
  for (let step = 0; step < 5; step++) losses.push((await trainer.step(data)).loss);
  expectClose(losses, golden.loss_before_each_adamw_step, 'losses');
  const expected = Object.entries(stack(golden.parameters_after_5_steps));
  for (const [name, values] of expected) expectClose(trainer.parameters[name] ?? [], values, name);
});
