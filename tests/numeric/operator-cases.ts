import {
  add,
  averagePool2d,
  cast,
  concat,
  conv2d,
  convTranspose2d,
  div,
  equal,
  erf,
  exp,
  expand,
  gather,
  gatherElements,
  gelu,
  gemm,
  greater,
  layerNorm,
  log,
  logSoftmax,
  matmul,
  max,
  maxPool2d,
  min,
  mul,
  neg,
  pad,
  pow,
  reduceMax,
  reduceMean,
  reduceSum,
  relu,
  reshape,
  scatterElementsAdd,
  sigmoid,
  slice,
  softmax,
  sqrt,
  squeeze,
  sub,
  tanh,
  transpose,
  unsqueeze,
  where,
} from '../../src/engine/index.ts';
import type { Value } from '../../src/engine/index.ts';
import type { OpType } from '../../src/engine/graph/operators.ts';
import { iota } from '../../src/engine/ops/iota.ts';
import { any, indices, operatorCase, positive, symbolic } from './operator-case.ts';
import type { CaseInput, OperatorCase } from './operator-case.ts';

function binary(
  build: (left: Value, right: Value) => Value,
  right: (...dims: number[]) => CaseInput = any,
): readonly OperatorCase[] {
  return [
    operatorCase('equal shapes', [any(2, 3), right(2, 3)], build),
    operatorCase('a repeated row', [any(2, 3), right(3)], build),
    operatorCase('both repeated', [any(2, 1, 3), right(4, 1)], build),
    operatorCase('a scalar', [any(), right(2, 2)], build),
    operatorCase('symbolic shapes', [symbolic(any(2, 3), 'B', 3), symbolic(right(2, 1), 'B', 1)], build),
  ];
}

function unary(build: (x: Value) => Value, input: CaseInput = any(3, 4)): readonly OperatorCase[] {
  return [operatorCase('a matrix', [input], build)];
}

function reduction(reduce: typeof reduceSum): readonly OperatorCase[] {
  return [
    operatorCase('over all axes', [any(2, 3)], (x) => reduce(x)),
    operatorCase('over the first axis', [any(3, 4)], (x) => reduce(x, [0])),
    operatorCase('over two axes, kept', [any(2, 3, 4)], (x) => reduce(x, [0, 2], { keepDims: true })),
    operatorCase('over a symbolic axis', [symbolic(any(2, 3, 4), 'B', 'S', 4)], (x) => reduce(x, [1])),
  ];
}

function pooling(pool: typeof maxPool2d): readonly OperatorCase[] {
  return [
    operatorCase('halves', [any(2, 2, 4, 6)], (x) => pool(x, { size: 2 })),
    operatorCase('a remainder', [any(1, 2, 5, 5)], (x) => pool(x, { size: 2 })),
    operatorCase('overlapping, padded', [any(1, 2, 5, 6)], (x) => pool(x, { size: 3, stride: 2, padding: 1 })),
    operatorCase('apart', [any(1, 1, 7, 8)], (x) => pool(x, { size: 2, stride: 3 })),
    operatorCase('uneven in all', [any(1, 2, 5, 4)], (x) =>
      pool(x, { size: [3, 2], stride: [2, 1], padding: [1, 0, 0, 1] }),
    ),
    operatorCase('a symbolic batch', [symbolic(any(3, 1, 4, 4), 'B', 1, 4, 4)], (x) => pool(x, { size: 3, stride: 1 })),
  ];
}

/** At least one case for every operator; the compiler asks for those of a new one. */
export const operatorCases: { readonly [O in OpType]: readonly OperatorCase[] } = {
  Iota: [
    operatorCase('a fixed size', [any(4)], (x) => mul(x, cast(iota(x.graph, 4), 'float32'))),
    operatorCase('a symbolic size', [symbolic(any(2, 5), 'B', 'S')], (x) =>
      mul(x, cast(iota(x.graph, 'S'), 'float32')),
    ),
  ],
  Add: binary(add),
  Sub: binary(sub),
  Mul: binary(mul),
  Div: binary(div, positive),
  Max: binary(max),
  Min: binary(min),
  Neg: unary(neg),
  Sqrt: unary(sqrt, positive(3, 4)),
  Exp: unary(exp),
  Log: unary(log, positive(3, 4)),
  Erf: unary(erf),
  Tanh: unary(tanh),
  Sigmoid: unary(sigmoid),
  Relu: unary(relu),
  Gelu: unary(gelu),
  Pow: [
    operatorCase('a cube', [any(2, 3)], (x) => pow(x, 3)),
    operatorCase('a fraction', [positive(2, 3)], (x) => pow(x, -0.5)),
  ],
  Equal: [
    operatorCase('as a factor', [any(2, 3), indices([1, 2, 3], 3), indices([1, 0, 3], 3)], (x, left, right) =>
      mul(x, cast(equal(left, right), 'float32')),
    ),
  ],
  Greater: [
    operatorCase('as a factor', [any(2, 3), any(3)], (x, threshold) => mul(x, cast(greater(x, threshold), 'float32'))),
  ],
  Where: [
    operatorCase('equal shapes', [any(2, 3), any(2, 3), any(2, 3)], (x, yes, no) => where(greater(x, 0), yes, no)),
    operatorCase('all repeated', [any(2, 1), any(3), any()], (x, yes, no) => where(greater(x, 0), yes, no)),
    operatorCase('a number', [any(2, 3), any(3)], (x, yes) => where(greater(x, 0), yes, 2)),
  ],
  Cast: [
    operatorCase('float to integer and back', [any(2, 3)], (x) => mul(x, cast(cast(x, 'int32'), 'float32'))),
    operatorCase('integers to float', [any(2, 3), indices([1, -2, 3], 3)], (x, whole) =>
      mul(x, cast(whole, 'float32')),
    ),
  ],
  MatMul: [
    operatorCase('two matrices', [any(2, 3), any(3, 4)], matmul),
    operatorCase('a batch and a shared matrix', [any(2, 3, 4), any(4, 2)], matmul),
    operatorCase('a shared matrix and a batch', [any(3, 4), any(2, 4, 2)], matmul),
    operatorCase('two batches', [any(2, 3, 4), any(2, 4, 2)], matmul),
    operatorCase('batches that broadcast', [any(2, 1, 2, 3), any(3, 3, 2)], matmul),
    operatorCase('symbolic batches', [symbolic(any(2, 3, 4), 'B', 'S', 4), any(4, 2)], matmul),
  ],
  Gemm: [false, true].flatMap((transposeLeft) =>
    [false, true].map((transposeRight) =>
      operatorCase(
        `left ${transposeLeft ? 'transposed' : 'as is'}, right ${transposeRight ? 'transposed' : 'as is'}`,
        [transposeLeft ? any(3, 2) : any(2, 3), transposeRight ? any(4, 3) : any(3, 4)],
        (left, right) => gemm(left, right, { transposeLeft, transposeRight }),
      ),
    ),
  ),
  Transpose: [
    operatorCase('a matrix', [any(2, 3)], (x) => transpose(x)),
    operatorCase('a cycle of three axes', [any(2, 3, 4)], (x) => transpose(x, [2, 0, 1])),
  ],
  Reshape: [
    operatorCase('fixed sizes', [any(2, 6)], (x) => reshape(x, [3, 4])),
    operatorCase('heads of a batch', [symbolic(any(2, 3, 4), 'B', 'S', 4)], (x) => reshape(x, ['B', 'S', 2, 2])),
    operatorCase('a product of symbols', [symbolic(any(2, 3, 4), 'B', 'S', 4)], (x) => reshape(x, ['B*S', 4])),
    operatorCase('a product taken apart', [symbolic(any(2, 3, 4), 'B', 'S', 4)], (x) =>
      reshape(reshape(x, ['4*B*S']), ['S', 'B', 4]),
    ),
  ],
  Expand: [
    operatorCase('a scalar', [any()], (x) => expand(x, [2, 3])),
    operatorCase('a new axis and a wide one', [any(3, 1)], (x) => expand(x, [2, 3, 4])),
    operatorCase('symbols', [symbolic(any(2, 1, 4), 'B', 1, 4), symbolic(any(2, 3), 'B', 'S')], (x) =>
      expand(x, ['B', 'S', 4]),
    ),
  ],
  Unsqueeze: [operatorCase('two axes', [any(2, 3)], (x) => unsqueeze(x, 0, -1))],
  Squeeze: [operatorCase('two axes', [any(1, 2, 1, 3)], (x) => squeeze(x, 0, 2))],
  Concat: [
    operatorCase('two along the last axis', [any(2, 3), any(2, 1)], (left, right) => concat([left, right], -1)),
    operatorCase('three, one of them twice', [any(2, 3), any(1, 3)], (left, right) => concat([left, right, left], 0)),
  ],
  Slice: [
    operatorCase('the middle', [any(4, 3)], (x) => slice(x, 0, 1, 3)),
    operatorCase('from the end', [any(2, 4)], (x) => slice(x, -1, -3, -1)),
  ],
  Pad: [operatorCase('both sides', [any(2, 3)], (x) => pad(x, 1, 1, 2))],
  Gather: [
    operatorCase('rows, repeated', [any(4, 3), indices([2, 0, 2, 2], 4)], (table, rows) => gather(table, rows)),
    operatorCase('a batch of rows', [any(4, 2), indices([1, 3, 0, 1, 1, 2], 2, 3)], (table, rows) =>
      gather(table, rows),
    ),
    operatorCase('columns', [any(2, 4), indices([3, 3, 1], 3)], (table, columns) => gather(table, columns, 1)),
    operatorCase('one of a middle axis', [any(2, 3, 2), indices([1])], (data, chosen) => gather(data, chosen, 1)),
    operatorCase('symbolic ids', [any(4, 2), symbolic(indices([1, 3, 0, 1, 1, 2], 2, 3), 'B', 'S')], (table, ids) =>
      gather(table, ids),
    ),
  ],
  GatherElements: [
    operatorCase('columns, repeated', [any(2, 3), indices([0, 0, 2, 1], 2, 2)], (data, chosen) =>
      gatherElements(data, chosen, 1),
    ),
  ],
  ScatterElementsAdd: [
    operatorCase('rows, repeated', [any(3, 2), indices([0, 0, 0, 2], 2, 2), any(2, 2)], (data, chosen, updates) =>
      scatterElementsAdd(data, chosen, updates, 0),
    ),
  ],
  ReduceSum: reduction(reduceSum),
  ReduceMean: [
    ...reduction(reduceMean),
    operatorCase('over two symbolic axes', [symbolic(any(2, 3, 4), 'B', 'S', 4)], (x) => reduceMean(x, [0, 1])),
  ],
  ReduceMax: reduction(reduceMax),
  Softmax: [
    operatorCase('the last axis', [any(3, 4)], (x) => softmax(x)),
    operatorCase('a middle axis', [any(2, 3, 2)], (x) => softmax(x, 1)),
  ],
  LogSoftmax: [
    operatorCase('the last axis', [any(3, 4)], (x) => logSoftmax(x)),
    operatorCase('the first axis', [any(3, 2)], (x) => logSoftmax(x, 0)),
  ],
  LayerNormalization: [
    operatorCase('rows', [any(3, 5), any(5), any(5)], (x, scale, bias) => layerNorm(x, scale, bias)),
    operatorCase('tokens', [symbolic(any(2, 3, 4), 'B', 'S', 4), any(4), any(4)], (x, scale, bias) =>
      layerNorm(x, scale, bias, 1e-12),
    ),
  ],
  Conv: [
    operatorCase('padded', [any(2, 3, 4, 5), any(4, 3, 3, 3)], (x, filters) => conv2d(x, filters, { padding: 1 })),
    operatorCase('strided, a remainder', [any(1, 2, 6, 6), any(2, 2, 3, 3)], (x, filters) =>
      conv2d(x, filters, { stride: 2 }),
    ),
    operatorCase('uneven in all', [any(2, 2, 5, 6), any(3, 2, 3, 2)], (x, filters) =>
      conv2d(x, filters, { stride: [2, 1], dilation: [1, 2], padding: [0, 1, 1, 0] }),
    ),
    operatorCase('strided and dilated', [any(1, 2, 8, 7), any(2, 2, 3, 2)], (x, filters) =>
      conv2d(x, filters, { stride: 2, dilation: 2, padding: 1 }),
    ),
    operatorCase('two groups', [any(2, 4, 4, 5), any(6, 2, 3, 3)], (x, filters) =>
      conv2d(x, filters, { groups: 2, stride: 2, padding: 1 }),
    ),
    operatorCase('depthwise', [any(2, 3, 4, 4), any(3, 1, 3, 3)], (x, filters) =>
      conv2d(x, filters, { groups: 3, padding: 1 }),
    ),
    operatorCase('depthwise, two filters a channel', [any(2, 3, 4, 4), any(6, 1, 3, 3)], (x, filters) =>
      conv2d(x, filters, { groups: 3, padding: 1 }),
    ),
    operatorCase('pointwise, a symbolic batch', [symbolic(any(2, 3, 2, 3), 'B', 3, 2, 3), any(2, 3, 1, 1)], conv2d),
    operatorCase('groups, a symbolic batch', [symbolic(any(2, 4, 3, 3), 'B', 4, 3, 3), any(4, 2, 2, 2)], (x, filters) =>
      conv2d(x, filters, { groups: 2 }),
    ),
    operatorCase('padded below and on the right alone', [any(2, 2, 4, 5), any(2, 2, 2, 3)], (x, filters) =>
      conv2d(x, filters, { padding: [0, 0, 1, 2] }),
    ),
    operatorCase('with a bias', [any(1, 2, 3, 3), any(2, 2, 2, 2), any(2)], (x, filters, bias) =>
      conv2d(x, filters, { bias }),
    ),
  ],
  ConvTranspose: [
    operatorCase('padded', [any(2, 3, 3, 4), any(3, 2, 3, 3)], (x, filters) =>
      convTranspose2d(x, filters, { padding: 1 }),
    ),
    operatorCase('strided, with rows beyond', [any(1, 2, 3, 3), any(2, 3, 3, 2)], (x, filters) =>
      convTranspose2d(x, filters, { stride: 2, padding: [1, 0, 0, 1], outputPadding: [1, 0] }),
    ),
    operatorCase('dilated', [any(1, 2, 3, 3), any(2, 2, 2, 2)], (x, filters) =>
      convTranspose2d(x, filters, { stride: 2, dilation: 2 }),
    ),
    operatorCase('two groups', [any(2, 4, 3, 3), any(4, 2, 2, 2)], (x, filters) =>
      convTranspose2d(x, filters, { groups: 2 }),
    ),
    operatorCase('padded below and on the right alone', [any(2, 2, 4, 5), any(2, 2, 2, 3)], (x, filters) =>
      convTranspose2d(x, filters, { padding: [0, 0, 1, 2] }),
    ),
    operatorCase('one result of three channels a group', [any(2, 6, 3, 3), any(6, 1, 2, 3)], (x, filters) =>
      convTranspose2d(x, filters, { groups: 2, stride: [1, 2] }),
    ),
  ],
  MaxPool: pooling(maxPool2d),
  AveragePool: pooling(averagePool2d),
};
