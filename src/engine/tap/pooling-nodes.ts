import { buildInt64Tensor, buildNode, buildTensor } from '../onnx/build.ts';
import { onnxDataType } from '../onnx/types.ts';
import type { OnnxNode, OnnxTensor } from '../onnx/types.ts';

/** `mean`: over the text's tokens; `cls`: the first token. */
export type TextPooling = 'mean' | 'cls';

export interface PoolingOptions {
  /** Names of values `[B, S, H]`. */
  readonly taps: readonly string[];
  /** Name of the mask `[B, S]`, 1 for tokens and 0 for padding. */
  readonly mask: string;
  readonly pooling?: TextPooling | undefined;
  /** Name of the output `[B, taps, H]`, float32. */
  readonly output: string;
}

export interface PoolingNodes {
  readonly nodes: readonly OnnxNode[];
  readonly initializers: readonly OnnxTensor[];
}

/** What the names of all values begin with that pooling a tapped model makes. */
export const POOLING_PREFIX = 'levigate/pool/';

const name = (part: string): string => POOLING_PREFIX + part;

/**
 * Pools each tap inside the graph, so that `[B, taps, H]` leaves the device instead of every token. Made
 * only of operators whose form is the same from opset 7 to 20.
 */
export function buildPoolingNodes({ taps, mask, output, pooling = 'mean' }: PoolingOptions): PoolingNodes {
  const { nodes, initializers } = pooling === 'mean' ? maskedMeans(taps, mask) : firstTokens(taps);
  const concat = buildNode({
    opType: 'Concat',
    inputs: taps.map((_, layer) => name(`pooled_${layer}`)),
    outputs: [output],
    attributes: { axis: { int: 1 } },
  });
  return { nodes: [...nodes, concat], initializers };
}

const cast = (from: string, to: string): OnnxNode =>
  buildNode({ opType: 'Cast', inputs: [from], outputs: [to], attributes: { to: { int: onnxDataType.float32 } } });

/** Sums are products with the mask, whose square is itself. */
function maskedMeans(taps: readonly string[], mask: string): PoolingNodes {
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
      outputs: [name(`pooled_${layer}`)],
    }),
  ]);
  const one = new Uint8Array(Float32Array.of(1).buffer);
  return {
    nodes: [...weights, ...means],
    initializers: [
      // In Reshape 0 keeps a dimension and -1 takes the rest.
      buildInt64Tensor(name('row_shape'), [0, 1, -1]),
      buildInt64Tensor(name('column_shape'), [0, -1, 1]),
      buildTensor(name('one'), onnxDataType.float32, [], one),
    ],
  };
}

function firstTokens(taps: readonly string[]): PoolingNodes {
  const nodes = taps.flatMap((tap, layer) => [
    cast(tap, name(`tap_${layer}`)),
    buildNode({
      opType: 'Gather',
      inputs: [name(`tap_${layer}`), name('first')],
      outputs: [name(`pooled_${layer}`)],
      attributes: { axis: { int: 1 } },
    }),
  ]);
  return { nodes, initializers: [buildInt64Tensor(name('first'), [0])] };
}
