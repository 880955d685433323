import { GraphError } from '../graph-error.ts';
import type { Attributes } from '../graph/operators.ts';
import type { Value, ValueType } from '../graph/types.ts';
import { gemm, matmul, transpose, transposeMatrix } from '../ops/matrix.ts';
import { flatten } from '../ops/shape.ts';
import { dimensionAt, rangeOf } from '../shape/axes.ts';
import { broadcastShapes } from '../shape/broadcast.ts';
import { formatShape } from '../shape/dimension.ts';
import type { Shape } from '../shape/dimension.ts';
import { unbroadcast } from './unbroadcast.ts';
import { lowerTo } from './rule.ts';
import type { OpRules } from './rule.ts';

type Pair = readonly [Value, Value];

function inferMatMul([left, right]: Pair): ValueType {
  const [rows, inner] = matrixOf(left, 2);
  const [otherInner, columns] = matrixOf(right, 2);
  if (inner !== otherInner) refuse(left, right);
  const batch = broadcastShapes(left.shape.slice(0, -2), right.shape.slice(0, -2));
  return { dtype: 'float32', shape: [...batch, rows, columns] };
}

function inferGemm([left, right]: Pair, { transposeLeft, transposeRight }: Attributes<'Gemm'>): ValueType {
  if (left.shape.length !== 2 || right.shape.length !== 2) refuse(left, right);
  const [rows, inner] = turned(matrixOf(left, 2), transposeLeft);
  const [otherInner, columns] = turned(matrixOf(right, 2), transposeRight);
  if (inner !== otherInner) refuse(left, right);
  return { dtype: 'float32', shape: [rows, columns] };
}

function inferTranspose([x]: readonly [Value], { permutation }: Attributes<'Transpose'>): ValueType {
  const sorted = permutation.toSorted((left, right) => left - right);
  if (sorted.length !== x.shape.length || sorted.some((axis, index) => axis !== index)) {
    throw new GraphError(`[${permutation.join(', ')}] is no order of the axes of ${formatShape(x.shape)}`);
  }
  return { dtype: x.dtype, shape: permutation.map((axis) => dimensionAt(x.shape, axis)) };
}

/** Cotangent of the right factor. A shared matrix takes one product over all rows instead of one per batch entry. */
function rightCotangent(left: Value, right: Value, cotangent: Value): Value {
  if (right.shape.length === 2) return gemm(flatten(left), flatten(cotangent), { transposeLeft: true });
  return unbroadcast(matmul(transposeMatrix(left), cotangent), right.shape);
}

function leftCotangent(left: Value, right: Value, cotangent: Value): Value {
  if (left.shape.length === 2 && right.shape.length === 2) return gemm(cotangent, right, { transposeRight: true });
  return unbroadcast(matmul(cotangent, transposeMatrix(right)), left.shape);
}

export const matrixRules = {
  MatMul: {
    infer: inferMatMul,
    vjp: ({ inputs: [left, right], cotangent }) => [
      () => leftCotangent(left, right, cotangent),
      () => rightCotangent(left, right, cotangent),
    ],
    lower: lowerTo('MatMul'),
  },
  Gemm: {
    infer: inferGemm,
    vjp: ({ inputs: [left, right], attributes: { transposeLeft, transposeRight }, cotangent }) => [
      () =>
        transposeLeft
          ? gemm(right, cotangent, { transposeLeft: transposeRight, transposeRight: true })
          : gemm(cotangent, right, { transposeRight: !transposeRight }),
      () =>
        transposeRight
          ? gemm(cotangent, left, { transposeLeft: true, transposeRight: transposeLeft })
          : gemm(left, cotangent, { transposeLeft: !transposeLeft }),
    ],
    lower: ({ inputs, attributes: { transposeLeft, transposeRight }, output, emitter }) => {
      const attributes = { transA: { int: Number(transposeLeft) }, transB: { int: Number(transposeRight) } };
      emitter.emit({ opType: 'Gemm', inputs, output, attributes });
    },
  },
  Transpose: {
    infer: inferTranspose,
    vjp: ({ attributes: { permutation }, cotangent }) => [
      () =>
        transpose(
          cotangent,
          rangeOf(permutation.length).map((axis) => permutation.indexOf(axis)),
        ),
    ],
    lower: ({ inputs, attributes: { permutation }, output, emitter }) => {
      emitter.emit({ opType: 'Transpose', inputs, output, attributes: { perm: { ints: permutation } } });
    },
  },
} satisfies Partial<OpRules>;

function matrixOf({ dtype, shape }: Value, minimumRank: number): readonly [Shape[number], Shape[number]] {
  if (dtype !== 'float32') throw new GraphError(`a factor is ${dtype}; cast it to float32`);
  if (shape.length < minimumRank) throw new GraphError(`${formatShape(shape)} is not a matrix; unsqueeze it`);
  return [dimensionAt(shape, shape.length - 2), dimensionAt(shape, shape.length - 1)];
}

function turned<T>([rows, columns]: readonly [T, T], isTransposed: boolean): readonly [T, T] {
  return isTransposed ? [columns, rows] : [rows, columns];
}

function refuse(left: Value, right: Value): never {
  throw new GraphError(`${formatShape(left.shape)} and ${formatShape(right.shape)} cannot be multiplied`);
}
