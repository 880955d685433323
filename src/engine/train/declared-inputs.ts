import { GraphError } from '../graph-error.ts';
import { liveValues } from '../graph/live-values.ts';
import type { NamedValue, Value } from '../graph/types.ts';
import { staticDims } from '../shape/dimension.ts';
import { sizeOf } from '../tensor.ts';
import { createMoments } from './adam-w.ts';
import type { TrainedParameter } from './trainer-state.ts';

/** The inputs and parameters that a loss depends on. */
export function liveInputs(loss: Value): readonly NamedValue[] {
  const live = new Set(liveValues([loss]));
  return loss.graph.inputs.filter(({ value }) => live.has(value));
}

/** Copies of the first values, with moments of zero. @throws GraphError when parameters are missing, unknown or of another size. */
export function readParameters(
  declared: readonly NamedValue[],
  parameters: Readonly<Record<string, Float32Array>>,
): readonly TrainedParameter[] {
  const needed = declared.filter(({ value }) => value.origin.kind === 'parameter');
  const strangers = Object.keys(parameters).filter((name) => !needed.some((other) => other.name === name));
  if (strangers.length > 0) throw new GraphError(`the loss does not depend on a parameter '${strangers.join("', '")}'`);
  return needed.map(({ name, value }) => {
    const dims = staticDims(value.shape) ?? [];
    const first = parameters[name];
    if (first === undefined) throw new GraphError(`the parameter '${name}' was given no first values`);
    if (first.length !== sizeOf(dims)) {
      throw new GraphError(`the parameter '${name}' [${dims.join(', ')}] was given ${first.length} numbers`);
    }
    return { name, dims, data: first.slice(), moments: createMoments(first.length) };
  });
}

export function findInput(declared: readonly NamedValue[], name: string): NamedValue {
  const found = declared.find((input) => input.name === name);
  if (found === undefined) throw new GraphError(`the loss does not depend on an input '${name}'`);
  return found;
}
