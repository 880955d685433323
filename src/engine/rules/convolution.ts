import { GraphError } from '../graph-error.ts';
import type { Attributes, Convolution, Extent } from '../graph/operators.ts';
import type { Inputs, Value, ValueType } from '../graph/types.ts';
import { conv2d, convTranspose2d } from '../ops/images.ts';
import { transpose } from '../ops/matrix.ts';
import { reshape, slice } from '../ops/shape.ts';
import { dimensionAt, rangeOf, staticDimensionAt } from '../shape/axes.ts';
import { formatShape, isSameShape, productOf } from '../shape/dimension.ts';
import type { Shape } from '../shape/dimension.ts';
import { countWindows } from '../shape/sliding.ts';
import type { Lowering, OpRules } from './rule.ts';

type Pair = readonly [Value, Value];
type Transposed = Attributes<'ConvTranspose'>;

function inferConv([x, filters]: Pair, attributes: Convolution): ValueType {
  checkRanks(x, filters);
  const { groups, strides, pads } = attributes;
  const count = staticDimensionAt(filters.shape, 0);
  const inner = productOf([dimensionAt(filters.shape, 1), groups]);
  if (dimensionAt(x.shape, 1) !== inner || count % groups !== 0) refuse(x, filters, groups);
  const sizes = strides.map((stride, side) => {
    const size = reachOf(filters.shape, attributes, side);
    const sliding = { size, stride, before: pads[side] ?? 0, after: pads[side + 2] ?? 0 };
    return countWindows(staticDimensionAt(x.shape, side + 2), sliding);
  });
  return { dtype: 'float32', shape: [dimensionAt(x.shape, 0), count, ...sizes] };
}

function inferConvTranspose([x, filters]: Pair, attributes: Transposed): ValueType {
  checkRanks(x, filters);
  const { groups, strides, outputPadding } = attributes;
  const count = staticDimensionAt(filters.shape, 0);
  if (dimensionAt(x.shape, 1) !== count || count % groups !== 0) refuse(x, filters, groups);
  if (outputPadding.some((rows, side) => rows < 0 || rows >= (strides[side] ?? 1))) {
    throw new GraphError(`an output padding of [${outputPadding.join(', ')}] is not below the stride`);
  }
  const sizes = strides.map((_, side) => smallestOf(x.shape, filters, attributes, side) + (outputPadding[side] ?? 0));
  return { dtype: 'float32', shape: [dimensionAt(x.shape, 0), staticDimensionAt(filters.shape, 1) * groups, ...sizes] };
}

/** Rows or columns from a filter's first element to its last. */
function reachOf(filters: Shape, { dilations }: Convolution, side: number): number {
  return (dilations[side] ?? 1) * (staticDimensionAt(filters, side + 2) - 1) + 1;
}

/** The smallest image whose convolution has as many rows or columns as `result`. */
function smallestOf(result: Shape, filters: Value, attributes: Convolution, side: number): number {
  const { strides, pads } = attributes;
  const places = staticDimensionAt(result, side + 2);
  return (
    (places - 1) * (strides[side] ?? 1) +
    reachOf(filters.shape, attributes, side) -
    (pads[side] ?? 0) -
    (pads[side + 2] ?? 0)
  );
}

function imageCotangent([x, filters]: Pair, attributes: Convolution, cotangent: Value): Value {
  const rest = (side: number): number =>
    staticDimensionAt(x.shape, side + 2) - smallestOf(cotangent.shape, filters, attributes, side);
  const outputPadding: Extent = [rest(0), rest(1)];
  return convTranspose2d(cotangent, filters, { ...toOptions(attributes), outputPadding });
}

/**
 * The images with their cotangent as filters: channels take the place of the batch and the batch that of the channels, stride
 * and dilation change places. What the stride left over gives rows beyond the filter's, which are dropped.
 */
function filterCotangent([x, filters]: Pair, attributes: Convolution, cotangent: Value): Value {
  const { strides, dilations, pads, groups } = attributes;
  const slopes = transpose(cotangent, [1, 0, 2, 3]);
  const options = { stride: dilations, dilation: strides, padding: pads, groups };
  const sums = transpose(conv2d(channelsFirst(x, groups), slopes, options), [1, 0, 2, 3]);
  return [2, 3].reduce((kept, axis) => slice(kept, axis, 0, staticDimensionAt(filters.shape, axis)), sums);
}

/** [B, C, H, W] as [C / groups, groups * B, H, W]. */
function channelsFirst(x: Value, groups: number): Value {
  const [batch = 1, , ...sizes] = x.shape;
  const inner = staticDimensionAt(x.shape, 1) / groups;
  const grouped = transpose(reshape(x, [batch, groups, inner, ...sizes]), [2, 1, 0, 3, 4]);
  return reshape(grouped, [inner, productOf([groups, batch]), ...sizes]);
}

function onnxAttributes({ strides, dilations, pads, groups }: Convolution) {
  return { strides: { ints: strides }, dilations: { ints: dilations }, pads: { ints: pads }, group: { int: groups } };
}

/**
 * Where filters have the size of the image, ORT 1.30's WebGPU kernel multiplies the two as they are unless there is padding above
 * or on the left, and forgets that below and on the right. There the image is padded above for one more row of results, which
 * is dropped; a Pad before it would be fused into the Conv again.
 */
function lowerConv({ inputs, inputShapes, attributes, output, emitter }: Lowering<Inputs<'Conv'>, Convolution>): void {
  const [image, filters] = inputShapes;
  const [above, left, below, right] = attributes.pads;
  const isForgotten = above === 0 && left === 0 && isSameShape(image.slice(2), filters.slice(2));
  if (!isForgotten || below + right === 0) {
    emitter.emit({ opType: 'Conv', inputs, output, attributes: onnxAttributes(attributes) });
    return;
  }
  const [stride] = attributes.strides;
  const shifted = onnxAttributes({ ...attributes, pads: [stride, 0, below, right] });
  const rows = emitter.emit({ opType: 'Conv', inputs, attributes: shifted });
  const size = reachOf(filters, attributes, 0);
  const end = countWindows(staticDimensionAt(image, 2), { size, stride, before: stride, after: below });
  const bounds = [[1], [end], [2]].map((values) => emitter.int64(values));
  emitter.emit({ opType: 'Slice', inputs: [rows, ...bounds], output });
}

/**
 * With groups of several channels and one result each, ORT 1.30's WebGPU kernel gives wrong numbers, so that case is written as a
 * sum of depthwise convolutions, over the first channels of all groups, the second ones, and so on.
 */
function lowerConvTranspose(lowering: Lowering<Inputs<'ConvTranspose'>, Transposed>): void {
  const { inputs, inputShapes, attributes, output, emitter } = lowering;
  const { groups, outputPadding } = attributes;
  const [count, results] = [0, 1].map((axis) => staticDimensionAt(inputShapes[1], axis));
  const members = (count ?? 1) / groups;
  const common = { ...onnxAttributes(attributes), output_padding: { ints: outputPadding } };
  if (groups === 1 || members === 1 || results !== 1) {
    emitter.emit({ opType: 'ConvTranspose', inputs, output, attributes: common });
    return;
  }
  const every = (name: string, member: number, axis: number): string => {
    const bounds = [[member], [count ?? 1], [axis], [members]].map((values) => emitter.int64(values));
    return emitter.emit({ opType: 'Slice', inputs: [name, ...bounds] });
  };
  const parts = rangeOf(members).map((member) => {
    const operands = [every(inputs[0], member, 1), every(inputs[1], member, 0)];
    return emitter.emit({ opType: 'ConvTranspose', inputs: operands, attributes: common });
  });
  parts.reduce((sum, part, index) =>
    emitter.emit({ opType: 'Add', inputs: [sum, part], ...(index === members - 1 ? { output } : {}) }),
  );
}

export const convolutionRules = {
  Conv: {
    infer: inferConv,
    vjp: ({ inputs, attributes, cotangent }) => [
      () => imageCotangent(inputs, attributes, cotangent),
      () => filterCotangent(inputs, attributes, cotangent),
    ],
    lower: lowerConv,
  },
  ConvTranspose: {
    infer: inferConvTranspose,
    // The adjoint's adjoint: the cotangent is the image, and x is the cotangent of its convolution.
    vjp: ({ inputs: [x, filters], attributes, cotangent }) => [
      () => conv2d(cotangent, filters, toOptions(attributes)),
      () => filterCotangent([cotangent, filters], attributes, x),
    ],
    lower: lowerConvTranspose,
  },
} satisfies Partial<OpRules>;

function toOptions({ strides, dilations, pads, groups }: Convolution) {
  return { stride: strides, dilation: dilations, padding: pads, groups };
}

function checkRanks(x: Value, filters: Value): void {
  for (const { dtype, shape } of [x, filters]) {
    if (dtype !== 'float32') throw new GraphError(`an operand is ${dtype}; cast it to float32`);
    if (shape.length !== 4) throw new GraphError(`${formatShape(shape)} has not the four axes of images or filters`);
  }
}

function refuse(x: Value, filters: Value, groups: number): never {
  const shapes = `${formatShape(x.shape)} and filters ${formatShape(filters.shape)}`;
  throw new GraphError(`images ${shapes} do not fit in ${groups} groups`);
}
