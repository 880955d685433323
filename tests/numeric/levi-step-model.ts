import { readFileSync } from 'node:fs';
import {
  add,
  concat,
  createGraph,
  div,
  gather,
  gelu,
  linear,
  mul,
  reduceMean,
  reduceSum,
  slice,
  softmaxCrossEntropy,
  squeeze,
  tensor,
  unsqueeze,
} from '../../src/engine/index.ts';
import type { Graph, Tensor, Value } from '../../src/engine/index.ts';

type Nested = number | readonly Nested[];

/** tests/fixtures/levi-step.json: one step of LEVI in PyTorch, float64; see its `made_with` and `note`. */
export interface GoldenStep {
  readonly beta: number;
  readonly features: Nested;
  readonly token_ids: Nested;
  readonly token_mask: Nested;
  readonly target: readonly number[];
  readonly sample_weight: readonly number[];
  readonly parameters: Readonly<Record<string, Nested>>;
  readonly view_logits: readonly Nested[];
  readonly ensemble_logits: Nested;
  readonly loss: number;
  readonly gradients: Readonly<Record<string, Nested>>;
  readonly loss_before_each_adamw_step: readonly number[];
  readonly parameters_after_5_steps: Readonly<Record<string, Nested>>;
}

export const golden: GoldenStep = JSON.parse(
  readFileSync(new URL('../fixtures/levi-step.json', import.meta.url), 'utf8'),
);

export function flatten(nested: Nested): number[] {
  return typeof nested === 'number' ? [nested] : nested.flatMap(flatten);
}

function dimsOf(nested: Nested): readonly number[] {
  if (typeof nested === 'number') return [];
  return [nested.length, ...dimsOf(nested[0] ?? 0)];
}

function floatTensor(nested: Nested): Tensor {
  return tensor(Float32Array.from(flatten(nested)), dimsOf(nested));
}

export interface GoldenModel {
  readonly graph: Graph;
  readonly loss: Value;
  readonly views: readonly Value[];
  readonly ensemble: Value;
}

/** The model of the golden step, written with the engine alone. */
export function buildGoldenModel(): GoldenModel {
  const graph = createGraph();
  const parameter = (name: string): Value => graph.parameter(name, dimsOf(golden.parameters[name] ?? 0));
  const input = (name: string, nested: Nested): Value => graph.input(name, 'float32', dimsOf(nested));
  const features = input('features', golden.features);
  const ids = graph.input('token_ids', 'int32', dimsOf(golden.token_ids));
  const mask = input('token_mask', golden.token_mask);
  const targets = graph.input('targets', 'float32', [golden.target.length, 3]);
  const weights = input('sample_weight', golden.sample_weight);

  const summed = reduceSum(mul(gather(parameter('embedding'), ids), unsqueeze(mask, 2)), [1]);
  const pooled = div(summed, reduceSum(mask, [1], { keepDims: true }));
  const task = gelu(linear(pooled, parameter('task_w'), parameter('task_b')));
  const views = golden.view_logits.map((_, layer) => {
    const feature = squeeze(slice(features, 1, layer, layer + 1), 1);
    const adapted = linear(concat([feature, task], 1), parameter(`a${layer}_w`), parameter(`a${layer}_b`));
    return linear(gelu(adapted), parameter(`c${layer}_w`), parameter(`c${layer}_b`));
  });
  const ensemble = reduceMean(
    concat(
      views.map((view) => unsqueeze(view, 0)),
      0,
    ),
    [0],
  );
  const ownLosses = views
    .map((view) => softmaxCrossEntropy(view, targets, weights))
    .reduce((left, right) => add(left, right));
  const own = div(ownLosses, views.length);
  const loss = add(mul(own, 1 - golden.beta), mul(softmaxCrossEntropy(ensemble, targets, weights), golden.beta));
  return { graph, loss, views, ensemble };
}

export function goldenFeeds(): Readonly<Record<string, Tensor>> {
  return {
    features: floatTensor(golden.features),
    token_ids: tensor(Int32Array.from(flatten(golden.token_ids)), dimsOf(golden.token_ids)),
    token_mask: floatTensor(golden.token_mask),
    targets: floatTensor(golden.target.map((chosen) => [0, 1, 2].map((label) => Number(label === chosen)))),
    sample_weight: floatTensor(golden.sample_weight),
  };
}

export function goldenParameters(): Readonly<Record<string, Float32Array>> {
  const entries = Object.entries(golden.parameters);
  return Object.fromEntries(entries.map(([name, values]) => [name, Float32Array.from(flatten(values))]));
}
