import { gradients } from '../autodiff/gradients.ts';
import { copyValues } from '../graph/copy-values.ts';
import { createGraph } from '../autodiff/create-graph.ts';
import type { Graph, NamedValue, Value } from '../graph/types.ts';
import { add, div, mul, sqrt, square, sub } from '../ops/elementwise.ts';
import { concat, expand, reshape, slice } from '../ops/shape.ts';
import { tensor } from '../tensor.ts';
import type { Tensor } from '../tensor.ts';
import { STEP_FACTORS, stepFactors } from './adam-w.ts';
import type { AdamWOptions, StepFactors } from './adam-w.ts';
import { findInput } from './declared-inputs.ts';
import { VECTORS } from './flat-parameters.ts';
import type { FlatParameter } from './flat-parameters.ts';
import { nameOutputs } from './step-outputs.ts';
import type { TrainerOptions } from './trainer-options.ts';

type Vector = (typeof VECTORS)[number];

interface StepGraphOptions {
  readonly options: TrainerOptions;
  readonly declared: readonly NamedValue[];
  readonly layout: readonly FlatParameter[];
  /** Lengths of the runs of parameters with factors of their own. */
  readonly groups: readonly number[];
}

interface StepGraph {
  readonly graph: Graph;
  readonly outputs: Readonly<Record<string, Value>>;
}

export const FACTORS = 'adamw.factors';
export const inputNameOf = (vector: Vector): string => `adamw.${vector}`;
export const outputNameOf = (vector: Vector): string => `%next ${vector}`;

/** The feed of `FACTORS`: one row per factor, one column per group. */
export function factorsTensor(groups: readonly AdamWOptions[], step: number): Tensor {
  const factors = groups.map((options) => stepFactors(options, step));
  const rows = STEP_FACTORS.flatMap((name) => factors.map((each) => each[name]));
  return tensor(Float32Array.from(rows), [STEP_FACTORS.length, groups.length]);
}

/**
 * One whole step as a graph: parameters and moments as three vectors in, loss and the vectors after the step out. One vector of
 * all parameters takes half the nodes of one update each.
 */
export function buildStepGraph({ options, declared, layout, groups }: StepGraphOptions): StepGraph {
  const graph = createGraph();
  const length = layout.at(-1)?.to ?? 0;
  const [parameters, first, second] = VECTORS.map((name) => graph.input(inputNameOf(name), 'float32', [length]));
  const factors = graph.input(FACTORS, 'float32', [STEP_FACTORS.length, groups.length]);
  if (parameters === undefined || first === undefined || second === undefined) throw new Error('internal: no vectors');

  // A slice each: WebGPU's Split binds all of its outputs at once, and adapters allow as few as eight.
  const substitutes = new Map(
    layout.map(({ parameter: { name, dims }, from, to }) => [
      findInput(declared, name).value,
      reshape(slice(parameters, 0, from, to), dims),
    ]),
  );
  const wanted = [options.loss, ...Object.values(options.outputs ?? {})];
  const copyOf = copyValues(wanted, graph, substitutes);

  const loss = copyOf(options.loss);
  const targets = (options.inputGradients ?? []).map((name) => findInput(declared, name));
  const slopes = gradients(loss, [...substitutes.values(), ...targets.map(({ value }) => copyOf(value))]);
  const gradient = concat(
    layout.map(({ from, to }, index) => reshape(slopes[index] ?? loss, [to - from])),
    0,
  );
  const next = stepVectors({ parameters, first, second, gradient }, spreadFactors(factors, groups));
  const outputs = Object.fromEntries(
    Object.entries(options.outputs ?? {}).map(([name, value]) => [name, copyOf(value)]),
  );
  return {
    graph,
    outputs: {
      ...nameOutputs({ loss, outputs, targets, slopes: slopes.slice(layout.length) }),
      ...Object.fromEntries(VECTORS.map((name) => [outputNameOf(name), next[name]])),
    },
  };
}

type Factor = (name: keyof StepFactors) => Value;

/** Each factor as one number where there is one group, else as a vector. */
function spreadFactors(factors: Value, groups: readonly number[]): Factor {
  return (name) => {
    const row = STEP_FACTORS.indexOf(name);
    const perGroup = reshape(slice(factors, 0, row, row + 1), [groups.length]);
    if (groups.length === 1) return perGroup;
    return concat(
      groups.map((length, group) => expand(slice(perGroup, 0, group, group + 1), [length])),
      0,
    );
  };
}

// Keeps moments that decay above float32's denormals, which cost several times as much; far below any gradient that matters.
const FLOOR = 1e-18;

function stepVectors(
  { parameters, first, second, gradient }: Readonly<Record<Vector | 'gradient', Value>>,
  factor: Factor,
): Readonly<Record<Vector, Value>> {
  const slope = add(gradient, FLOOR);
  const mean = add(mul(first, factor('beta1')), mul(slope, factor('gain1')));
  const variance = add(mul(second, factor('beta2')), mul(square(slope), factor('gain2')));
  const deviation = add(mul(sqrt(variance), factor('correction')), factor('epsilon'));
  const change = div(mul(mean, factor('stepSize')), deviation);
  return { parameters: sub(mul(parameters, factor('kept')), change), first: mean, second: variance };
}
