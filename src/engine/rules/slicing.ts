import { GraphError } from '../graph-error.ts';
import type { Value, ValueType } from '../graph/types.ts';
import { pad, slice } from '../ops/shape.ts';
import { staticDimensionAt } from '../shape/axes.ts';
import { formatShape, isSameShape } from '../shape/dimension.ts';
import type { Dimension } from '../shape/dimension.ts';
import type { OpRules } from './rule.ts';

function inferConcat(values: readonly Value[], { axis }: { readonly axis: number }): ValueType {
  const [first, ...others] = values;
  if (first === undefined) throw new GraphError('no values were given');
  const template = withSize(first, axis, 0);
  for (const other of others) {
    if (other.dtype !== first.dtype || !isSameShape(withSize(other, axis, 0), template)) {
      throw new GraphError(`${describe(first)} and ${describe(other)} cannot be joined at axis ${axis}`);
    }
  }
  const size = values.reduce((sum, { shape }) => sum + staticDimensionAt(shape, axis), 0);
  return { dtype: first.dtype, shape: withSize(first, axis, size) };
}

/** Each operand's part of the cotangent. */
function splitCotangent(values: readonly Value[], cotangent: Value, axis: number): readonly (() => Value)[] {
  let position = 0;
  return values.map(({ shape }) => {
    const start = position;
    position += staticDimensionAt(shape, axis);
    const end = position;
    return () => slice(cotangent, axis, start, end);
  });
}

export const slicingRules = {
  Concat: {
    infer: inferConcat,
    vjp: ({ inputs, attributes: { axis }, cotangent }) => splitCotangent(inputs, cotangent, axis),
    lower: ({ inputs, attributes: { axis }, output, emitter }) => {
      emitter.emit({ opType: 'Concat', inputs, output, attributes: { axis: { int: axis } } });
    },
  },
  Slice: {
    infer: ([x], { axis, start, end }) => {
      const size = staticDimensionAt(x.shape, axis);
      if (start < 0 || end > size || start >= end)
        throw new GraphError(`${start} to ${end} is outside of 0 to ${size}`);
      return { dtype: x.dtype, shape: withSize(x, axis, end - start) };
    },
    vjp: ({ inputs: [x], attributes: { axis, start, end }, cotangent }) => [
      () => pad(cotangent, axis, start, staticDimensionAt(x.shape, axis) - end),
    ],
    lower: ({ inputs: [x], attributes: { axis, start, end }, output, emitter }) => {
      const bounds = [[start], [end], [axis]].map((values) => emitter.int64(values));
      emitter.emit({ opType: 'Slice', inputs: [x, ...bounds], output });
    },
  },
  Pad: {
    infer: ([x], { axis, before, after }) => {
      const size = staticDimensionAt(x.shape, axis);
      if (before < 0 || after < 0) throw new GraphError(`cannot add ${before} before and ${after} after`);
      return { dtype: x.dtype, shape: withSize(x, axis, before + size + after) };
    },
    vjp: ({ inputs: [x], attributes: { axis, before }, cotangent }) => [
      () => slice(cotangent, axis, before, before + staticDimensionAt(x.shape, axis)),
    ],
    lower: ({ inputs: [x], inputShapes: [{ length: rank }], attributes, output, emitter }) => {
      const pads = Array.from({ length: 2 * rank }, () => 0);
      pads[attributes.axis] = attributes.before;
      pads[rank + attributes.axis] = attributes.after;
      emitter.emit({ opType: 'Pad', inputs: [x, emitter.int64(pads)], output });
    },
  },
} satisfies Partial<OpRules>;

function withSize({ shape }: Value, axis: number, size: Dimension): readonly Dimension[] {
  return shape.with(axis, size);
}

function describe({ dtype, shape }: Value): string {
  return `${dtype} ${formatShape(shape)}`;
}
