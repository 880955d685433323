import { GraphError } from '../graph-error.ts';
import type { Attributes } from '../graph/operators.ts';
import type { Value, ValueType } from '../graph/types.ts';
import { gatherElements, scatterElementsAdd } from '../ops/gather.ts';
import { expand, reshape } from '../ops/shape.ts';
import { rangeOf } from '../shape/axes.ts';
import { formatShape, isSameShape, productOf } from '../shape/dimension.ts';
import type { OpRules } from './rule.ts';

function inferGather([data, indices]: readonly [Value, Value], { axis }: Attributes<'Gather'>): ValueType {
  checkIndices(indices);
  const shape = [...data.shape.slice(0, axis), ...indices.shape, ...data.shape.slice(axis + 1)];
  return { dtype: data.dtype, shape };
}

function inferGatherElements([data, indices]: readonly [Value, Value]): ValueType {
  checkIndices(indices);
  if (data.shape.length !== indices.shape.length) refuse(data, indices);
  return { dtype: data.dtype, shape: indices.shape };
}

function inferScatter([data, indices, updates]: readonly [Value, Value, Value]): ValueType {
  checkIndices(indices);
  if (data.shape.length !== indices.shape.length) refuse(data, indices);
  if (!isSameShape(indices.shape, updates.shape)) refuse(indices, updates);
  return { dtype: data.dtype, shape: data.shape };
}

/** Every slice of the cotangent added at its index: indices as one axis, repeated over all others. */
function gatherCotangent(data: Value, indices: Value, cotangent: Value, axis: number): Value {
  const before = data.shape.slice(0, axis);
  const after = data.shape.slice(axis + 1);
  const count = productOf(indices.shape);
  const column = reshape(indices, [count, ...rangeOf(after.length).map(() => 1)]);
  const shape = [...before, count, ...after];
  return scatterElementsAdd(zerosLike(data), expand(column, shape), reshape(cotangent, shape), axis);
}

export const gatheringRules = {
  Gather: {
    infer: inferGather,
    vjp: ({ inputs: [data, indices], attributes: { axis }, cotangent }) => [
      () => gatherCotangent(data, indices, cotangent, axis),
      null,
    ],
    lower: ({ inputs, attributes: { axis }, output, emitter }) => {
      emitter.emit({ opType: 'Gather', inputs, output, attributes: { axis: { int: axis } } });
    },
  },
  GatherElements: {
    infer: inferGatherElements,
    vjp: ({ inputs: [data, indices], attributes: { axis }, cotangent }) => [
      () => scatterElementsAdd(zerosLike(data), indices, cotangent, axis),
      null,
    ],
    lower: ({ inputs, attributes: { axis }, output, emitter }) => {
      emitter.emit({ opType: 'GatherElements', inputs, output, attributes: { axis: { int: axis } } });
    },
  },
  ScatterElementsAdd: {
    infer: inferScatter,
    vjp: ({ inputs: [, indices], attributes: { axis }, cotangent }) => [
      () => cotangent,
      null,
      () => gatherElements(cotangent, indices, axis),
    ],
    lower: ({ inputs, attributes: { axis }, output, emitter }) => {
      // Never ScatterND: with reduction=add ORT's CPU kernel loses updates of repeated indices when it has several threads.
      const attributes = { axis: { int: axis }, reduction: { string: 'add' } };
      emitter.emit({ opType: 'ScatterElements', inputs, output, attributes });
    },
  },
} satisfies Partial<OpRules>;

function zerosLike({ graph, shape }: Value): Value {
  return expand(graph.scalar(0), shape);
}

function checkIndices({ dtype }: Value): void {
  if (dtype !== 'int32' && dtype !== 'int64') throw new GraphError(`indices are ${dtype}, not int32 or int64`);
}

function refuse(left: Value, right: Value): never {
  throw new GraphError(`${formatShape(left.shape)} and ${formatShape(right.shape)} do not fit`);
}
