import { GraphError } from '../graph-error.ts';
import { otherAxes, reshape, squeeze, unsqueeze } from '../ops/shape.ts';
import { dimensionAt } from '../shape/axes.ts';
import { broadcastShapes } from '../shape/broadcast.ts';
import { formatShape, isSameShape, productOf } from '../shape/dimension.ts';
import type { Shape } from '../shape/dimension.ts';
import { unbroadcast } from './unbroadcast.ts';
import type { Emitter, OpRules } from './rule.ts';

/** In ONNX's Reshape 0 keeps the size at the same place and -1 takes what is left: most symbolic shapes need no more. */
function reshapeTarget(from: Shape, to: Shape, emitter: Emitter): string {
  const kept = to.map((dimension, axis) => (typeof dimension === 'string' && dimension === from[axis] ? 0 : dimension));
  const unknown = kept.filter((dimension) => typeof dimension === 'string').length;
  if (unknown > 1 || to.includes(0)) return emitter.shape(to);
  return emitter.int64(kept.map((dimension) => (typeof dimension === 'string' ? -1 : dimension)));
}

/** In ONNX's Expand 1 keeps the size the operand has. */
function expandTarget(from: Shape, to: Shape, emitter: Emitter): string {
  const added = to.length - from.length;
  return emitter.shape(to.map((dimension, axis) => (dimension === from[axis - added] ? 1 : dimension)));
}

export const shapeRules = {
  Reshape: {
    infer: ([x], { shape }) => {
      if (productOf(x.shape) === productOf(shape)) return { dtype: x.dtype, shape };
      throw new GraphError(`${formatShape(x.shape)} and ${formatShape(shape)} hold different numbers of elements`);
    },
    vjp: ({ inputs: [x], cotangent }) => [() => reshape(cotangent, x.shape)],
    lower: ({ inputs: [x], inputShapes: [from], attributes: { shape }, output, emitter }) => {
      emitter.emit({ opType: 'Reshape', inputs: [x, reshapeTarget(from, shape, emitter)], output });
    },
  },
  Expand: {
    infer: ([x], { shape }) => {
      if (isSameShape(broadcastShapes(x.shape, shape), shape)) return { dtype: x.dtype, shape };
      throw new GraphError(`${formatShape(x.shape)} does not broadcast to ${formatShape(shape)}`);
    },
    vjp: ({ inputs: [x], cotangent }) => [() => unbroadcast(cotangent, x.shape)],
    lower: ({ inputs: [x], inputShapes: [from], attributes: { shape }, output, emitter }) => {
      emitter.emit({ opType: 'Expand', inputs: [x, expandTarget(from, shape, emitter)], output });
    },
  },
  Unsqueeze: {
    infer: ([x], { axes }) => {
      const shape: Shape[number][] = [...x.shape];
      for (const axis of axes) shape.splice(axis, 0, 1);
      return { dtype: x.dtype, shape };
    },
    vjp: ({ attributes: { axes }, cotangent }) => [() => squeeze(cotangent, ...axes)],
    lower: ({ inputs: [x], attributes: { axes }, output, emitter }) => {
      emitter.emit({ opType: 'Unsqueeze', inputs: [x, emitter.int64(axes)], output });
    },
  },
  Squeeze: {
    infer: ([x], { axes }) => {
      if (axes.some((axis) => x.shape[axis] !== 1)) {
        throw new GraphError(`${formatShape(x.shape)} is not 1 wide at every axis of [${axes.join(', ')}]`);
      }
      return { dtype: x.dtype, shape: otherAxes(x.shape.length, axes).map((axis) => dimensionAt(x.shape, axis)) };
    },
    vjp: ({ attributes: { axes }, cotangent }) => [() => unsqueeze(cotangent, ...axes)],
    lower: ({ inputs: [x], attributes: { axes }, output, emitter }) => {
      emitter.emit({ opType: 'Squeeze', inputs: [x, emitter.int64(axes)], output });
    },
  },
} satisfies Partial<OpRules>;
