import { buildInt64Tensor, buildNode, buildTensor } from '../onnx/build.ts';
import { onnxDataType } from '../onnx/types.ts';
import type { OnnxNode, OnnxTensor } from '../onnx/types.ts';

export interface PoolingOptions {
  /** Names of values `[B, S, H]`. */
  readonly taps: readonly string[];
  /** Name of the mask `[B, S]`, 1 for tokens and 0 for padding. */
  readonly mask: string;
  /** Name of the output `[B, taps, H]`, float32. */
  readonly output: string;
}

export interface PoolingNodes {
  readonly nodes: readonly OnnxNode[];
  readonly initializers: readonly OnnxTensor[];
}

const prefix = 'levigate/pool/';

/**
 * Masked mean of each tap inside the graph, so that `[B, taps, H]` leaves the device instead of every token. Made
 * only of operators whose form is the same from opset 7 to 20: sums are products with the mask (whose square is itself).
 */
export function buildPoolingNodes({ taps, mask, output }: PoolingOptions): PoolingNodes {
  const name = (part: string): string => prefix + part;
  const cast = (from: string, to: string): OnnxNode =>
    buildNode({ opType: 'Cast', inputs: [from], outputs: [to], attributes: { to: { int: onnxDataType.float32 } } });
  const weights = [
    cast(mask, name('mask')),
    buildNode({ opType: 'Reshape', inputs: [name('mask'), name('row_shape')], outputs: [name('mask_row')] }),
    buildNode({ opType: 'Reshape', inputs: [name('mask'), name('column_shape')], outputs: [name('mask_column')] }),
    buildNode({ opType: 'MatMul', inputs: [name('mask_row'), name('mask_column')], outputs: [name('count')] }),
    buildNode({ opType: 'Max', inputs: [name('count'), name('one')], outputs: [name('count_or_one')] }),
    buildNode({ opType: 'Div', inputs: [name('mask_row'), name('count_or_one')], outputs: [name('weights')] }),
  ];
  const means = taps.flatMap((tap, layer) => [
    cast(tap, name(`tap_${layer}`)),
    buildNode({
      opType: 'MatMul',
      inputs: [name('weights'), name(`tap_${layer}`)],
      outputs: [name(`mean_${layer}`)],
    }),
  ]);
  const concat = buildNode({
    opType: 'Concat',
    inputs: taps.map((_, layer) => name(`mean_${layer}`)),
    outputs: [output],
    attributes: { axis: { int: 1 } },
  });
  const one = new Uint8Array(Float32Array.of(1).buffer);
  return {
    nodes: [...weights, ...means, concat],
    initializers: [
      // In Reshape 0 keeps a dimension and -1 takes the rest.
      buildInt64Tensor(name('row_shape'), [0, 1, -1]),
      buildInt64Tensor(name('column_shape'), [0, -1, 1]),
      buildTensor(name('one'), onnxDataType.float32, [], one),
    ],
  };
}
