import { LevigateError } from '../../contract/errors.ts';
import type { NamedValue, Value } from '../graph/types.ts';
import { float32Data } from '../tensor.ts';
import type { Tensor } from '../tensor.ts';
import type { StepResult } from './trainer-options.ts';

type Results = Readonly<Record<string, Tensor>>;

// A leading % cannot collide with the names of a graph.
const LOSS = '%loss';
const gradientName = (name: string): string => `%gradient ${name}`;
const outputName = (name: string): string => `%output ${name}`;

interface Computed {
  readonly loss: Value;
  readonly outputs?: Readonly<Record<string, Value>> | undefined;
  /** What the gradients are by, in their order. */
  readonly targets: readonly NamedValue[];
  readonly slopes: readonly Value[];
}

/** The outputs of a graph that computes a loss, gradients by name and further outputs. */
export function nameOutputs({ loss, outputs = {}, targets, slopes }: Computed): Readonly<Record<string, Value>> {
  return {
    [LOSS]: loss,
    ...Object.fromEntries(slopes.map((value, index) => [gradientName(targets[index]?.name ?? ''), value])),
    ...Object.fromEntries(Object.entries(outputs).map(([name, value]) => [outputName(name), value])),
  };
}

interface Wanted {
  readonly outputs?: Readonly<Record<string, Value>> | undefined;
  readonly inputGradients?: readonly string[] | undefined;
}

/** What one run gave, by the names the caller knows. */
export function readOutputs(results: Results, { outputs = {}, inputGradients = [] }: Wanted): StepResult {
  return {
    loss: floats(results, LOSS)[0] ?? Number.NaN,
    outputs: Object.fromEntries(Object.keys(outputs).map((name) => [name, pick(results, outputName(name))])),
    inputGradients: readGradients(results, inputGradients),
  };
}

export function readGradients(results: Results, names: readonly string[]): Readonly<Record<string, Float32Array>> {
  return Object.fromEntries(names.map((name) => [name, floats(results, gradientName(name))]));
}

function pick(results: Results, name: string): Tensor {
  const result = results[name];
  if (result === undefined) throw new Error(`internal: the session gave no ${name}`);
  return result;
}

function floats(results: Results, name: string): Float32Array {
  return float32Data(pick(results, name));
}

/** @throws LevigateError `training_failed` */
export function assertFinite(loss: number, step: number): void {
  if (Number.isFinite(loss)) return;
  const message = `The loss of step ${step} is ${loss}. Lower the learning rate, or look for extreme numbers in the input.`;
  throw new LevigateError('training_failed', message);
}
