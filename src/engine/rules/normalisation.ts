import { GraphError } from '../graph-error.ts';
import type { Attributes } from '../graph/operators.ts';
import type { Inputs, Value, ValueType } from '../graph/types.ts';
import { add, div, exp, mul, sqrt, square, sub } from '../ops/elementwise.ts';
import { reduceMean, reduceSum } from '../ops/reduce.ts';
import { formatShape, isSameShape } from '../shape/dimension.ts';
import { unbroadcast } from './unbroadcast.ts';
import type { Lowering, OpRules } from './rule.ts';

const sameType = ([{ dtype, shape }]: readonly [Value]): ValueType => ({ dtype, shape });
const lastAxis = { axes: [-1], keepDims: { keepDims: true } } as const;

/** x - max - log(sum(exp(x - max))): WebGPU has no LogSoftmax kernel and would fall back to the CPU. */
function lowerLogSoftmax({
  inputs: [x],
  attributes: { axis },
  output,
  emitter,
}: Lowering<Inputs<'LogSoftmax'>, Attributes<'LogSoftmax'>>): void {
  const axes = emitter.int64([axis]);
  const largest = emitter.emit({ opType: 'ReduceMax', inputs: [x, axes] });
  const shifted = emitter.emit({ opType: 'Sub', inputs: [x, largest] });
  const exponentials = emitter.emit({ opType: 'Exp', inputs: [shifted] });
  const sum = emitter.emit({ opType: 'ReduceSum', inputs: [exponentials, axes] });
  const logarithm = emitter.emit({ opType: 'Log', inputs: [sum] });
  emitter.emit({ opType: 'Sub', inputs: [shifted, logarithm], output });
}

function inferLayerNorm([x, scale, bias]: readonly [Value, Value, Value]): ValueType {
  const width = x.shape.slice(-1);
  for (const { shape } of [scale, bias]) {
    if (width.length === 0 || !isSameShape(shape, width)) {
      throw new GraphError(`scale and bias of ${formatShape(x.shape)} are not ${formatShape(shape)}`);
    }
  }
  return { dtype: x.dtype, shape: x.shape };
}

/** The normalised input and the deviation it was divided by. */
function normalise(x: Value, epsilon: number): { readonly normalised: Value; readonly deviation: Value } {
  const centred = sub(x, reduceMean(x, lastAxis.axes, lastAxis.keepDims));
  const variance = reduceMean(square(centred), lastAxis.axes, lastAxis.keepDims);
  const deviation = sqrt(add(variance, epsilon));
  return { normalised: div(centred, deviation), deviation };
}

/** With n = (x - mean) / deviation and g its cotangent: dx = (g - mean(g) - n mean(g n)) / deviation, means over the last axis. */
function layerNormCotangent(x: Value, scaled: Value, epsilon: number): Value {
  const { normalised, deviation } = normalise(x, epsilon);
  const mean = reduceMean(scaled, lastAxis.axes, lastAxis.keepDims);
  const projection = reduceMean(mul(scaled, normalised), lastAxis.axes, lastAxis.keepDims);
  return div(sub(sub(scaled, mean), mul(normalised, projection)), deviation);
}

export const normalisationRules = {
  Softmax: {
    infer: sameType,
    // dx = y (g - sum(g y))
    vjp: ({ attributes: { axis }, output, cotangent }) => [
      () => {
        const weighted = mul(cotangent, output);
        return sub(weighted, mul(output, reduceSum(weighted, [axis], { keepDims: true })));
      },
    ],
    lower: ({ inputs, attributes: { axis }, output, emitter }) => {
      emitter.emit({ opType: 'Softmax', inputs, output, attributes: { axis: { int: axis } } });
    },
  },
  LogSoftmax: {
    infer: sameType,
    // dx = g - softmax(x) sum(g)
    vjp: ({ attributes: { axis }, output, cotangent }) => [
      () => sub(cotangent, mul(exp(output), reduceSum(cotangent, [axis], { keepDims: true }))),
    ],
    lower: lowerLogSoftmax,
  },
  LayerNormalization: {
    infer: inferLayerNorm,
    vjp: ({ inputs: [x, scale, bias], attributes: { epsilon }, cotangent }) => [
      () => layerNormCotangent(x, mul(cotangent, scale), epsilon),
      () => unbroadcast(mul(cotangent, normalise(x, epsilon).normalised), scale.shape),
      () => unbroadcast(cotangent, bias.shape),
    ],
    lower: ({ inputs, attributes: { epsilon }, output, emitter }) => {
      const attributes = { axis: { int: -1 }, epsilon: { float: epsilon } };
      emitter.emit({ opType: 'LayerNormalization', inputs, output, attributes });
    },
  },
} satisfies Partial<OpRules>;
