import { GraphError } from '../graph-error.ts';
import type { Pooling } from '../graph/operators.ts';
import type { Inputs, Value, ValueType } from '../graph/types.ts';
import { cast, div, equal, mul } from '../ops/elementwise.ts';
import { reduceSum } from '../ops/reduce.ts';
import { expand, unsqueeze } from '../ops/shape.ts';
import { fold, unfold } from '../ops/windows.ts';
import { staticDimensionAt } from '../shape/axes.ts';
import { formatShape } from '../shape/dimension.ts';
import { countWindows } from '../shape/sliding.ts';
import type { Sliding } from '../shape/sliding.ts';
import type { Lowering, OpRules } from './rule.ts';

/** Where the sizes of a window lie in [B, C, rows, height, columns, width]. */
const WINDOW_AXES = [3, 5] as const;

function slidingAlong({ kernel, strides, pads }: Pooling): readonly [Sliding, Sliding] {
  const [height, width] = kernel;
  const [down, across] = strides;
  const [above, left, below, right] = pads;
  return [
    { size: height, stride: down, before: above, after: below },
    { size: width, stride: across, before: left, after: right },
  ];
}

function inferPooling([x]: readonly [Value], attributes: Pooling): ValueType {
  if (x.dtype !== 'float32') throw new GraphError(`the operand is ${x.dtype}; cast it to float32`);
  if (x.shape.length !== 4) throw new GraphError(`${formatShape(x.shape)} has not the four axes of images`);
  const sizes = slidingAlong(attributes).map((sliding, side) => {
    if (Math.max(sliding.before, sliding.after) >= sliding.size) {
      throw new GraphError(`a window of ${sliding.size} could lie in the padding as a whole`);
    }
    return countWindows(staticDimensionAt(x.shape, side + 2), sliding);
  });
  return { dtype: x.dtype, shape: [...x.shape.slice(0, 2), ...sizes] };
}

/** [B, C, H, W] as [B, C, rows, height, columns, width]. */
function windowsOf(x: Value, attributes: Pooling): Value {
  const [vertical, horizontal] = slidingAlong(attributes);
  return unfold(unfold(x, 2, vertical), 4, horizontal);
}

function joinWindows(windows: Value, x: Value, attributes: Pooling): Value {
  const [vertical, horizontal] = slidingAlong(attributes);
  const [height, width] = [2, 3].map((axis) => staticDimensionAt(x.shape, axis));
  return fold(fold(windows, 4, width ?? 0, horizontal), 2, height ?? 0, vertical);
}

/** 1 for the elements of a window that lie in the image, 0 for its padding. */
function insideOf(x: Value, attributes: Pooling): Value {
  return windowsOf(expand(x.graph.scalar(1), [1, 1, ...x.shape.slice(2)]), attributes);
}

function maxCotangent(x: Value, output: Value, attributes: Pooling, cotangent: Value): Value {
  const isLargest = cast(equal(windowsOf(x, attributes), unsqueeze(output, ...WINDOW_AXES)), 'float32');
  // A zero of the padding may equal the largest element.
  const counted = mul(isLargest, insideOf(x, attributes));
  const share = div(unsqueeze(cotangent, ...WINDOW_AXES), reduceSum(counted, WINDOW_AXES, { keepDims: true }));
  return joinWindows(mul(counted, share), x, attributes);
}

function averageCotangent(x: Value, attributes: Pooling, cotangent: Value): Value {
  const inside = insideOf(x, attributes);
  const share = div(unsqueeze(cotangent, ...WINDOW_AXES), reduceSum(inside, WINDOW_AXES, { keepDims: true }));
  return joinWindows(mul(inside, share), x, attributes);
}

function lowerPooling(opType: 'MaxPool' | 'AveragePool'): (lowering: Lowering<Inputs<'MaxPool'>, Pooling>) => void {
  return ({ inputs, attributes: { kernel, strides, pads }, output, emitter }) => {
    const attributes = { kernel_shape: { ints: kernel }, strides: { ints: strides }, pads: { ints: pads } };
    emitter.emit({ opType, inputs, output, attributes });
  };
}

export const poolingRules = {
  MaxPool: {
    infer: inferPooling,
    vjp: ({ inputs: [x], attributes, output, cotangent }) => [() => maxCotangent(x, output, attributes, cotangent)],
    lower: lowerPooling('MaxPool'),
  },
  AveragePool: {
    infer: inferPooling,
    vjp: ({ inputs: [x], attributes, cotangent }) => [() => averageCotangent(x, attributes, cotangent)],
    lower: lowerPooling('AveragePool'),
  },
} satisfies Partial<OpRules>;
