import { buildInt64Tensor, buildNode } from '../onnx/build.ts';
import { onnxDataType } from '../onnx/types.ts';
import type { OnnxNode, OnnxTensor } from '../onnx/types.ts';
import type { ImageTaps } from './find-image-taps.ts';
import { POOLING_PREFIX } from './pooling-nodes.ts';
import type { PoolingNodes } from './pooling-nodes.ts';

/** `cls`: the class token; `mean`: of the patches, or over a feature map; `cls_and_mean`: both, side by side. */
export type ImagePooling = 'cls' | 'mean' | 'cls_and_mean';

export interface ImagePoolingOptions {
  readonly taps: ImageTaps;
  readonly pooling: ImagePooling;
  /** Of one tap's feature; narrower ones are padded with zeros. */
  readonly width: number;
  /** Version of the standard operators, 11 or later. */
  readonly opset: number;
  /** Name of the output [B, taps, width], float32. */
  readonly output: string;
}

interface Made {
  readonly name: string;
  readonly nodes: readonly OnnxNode[];
  readonly initializers: readonly OnnxTensor[];
}

/** Pools each tap inside the graph, so that `[B, taps, width]` leaves the device instead of every patch. */
export function buildImagePoolingNodes(options: ImagePoolingOptions): PoolingNodes {
  const { taps } = options;
  const pooled =
    taps.kind === 'tokens'
      ? taps.names.map((name, at) =>
          poolTokens(name, `${POOLING_PREFIX}${at}/`, { ...options, prefixTokens: taps.prefixTokens }),
        )
      : taps.maps.map(({ name, channels }, at) => poolMap(name, `${POOLING_PREFIX}${at}/`, { ...options, channels }));
  const concat = buildNode({
    opType: 'Concat',
    inputs: pooled.map(({ name }) => name),
    outputs: [options.output],
    attributes: { axis: { int: 1 } },
  });
  return {
    nodes: [...pooled.flatMap(({ nodes }) => nodes), concat],
    initializers: pooled.flatMap(({ initializers }) => initializers),
  };
}

/** [B, S, H] to [B, 1, H], or [B, 1, 2 H] with the class token before the mean of the patches. */
function poolTokens(
  tap: string,
  at: string,
  { pooling, prefixTokens, opset }: ImagePoolingOptions & { readonly prefixTokens: number },
): Made {
  const cls = [
    buildNode({
      opType: 'Gather',
      inputs: [`${at}tap`, `${at}first`],
      outputs: [`${at}cls`],
      attributes: { axis: { int: 1 } },
    }),
  ];
  const patches = buildNode({
    opType: 'Slice',
    inputs: [`${at}tap`, `${at}begin`, `${at}end`, `${at}axis`],
    outputs: [`${at}patches`],
  });
  const mean = reduceMean(`${at}patches`, `${at}mean`, { axes: [1], keepDims: true, opset });
  const both = buildNode({
    opType: 'Concat',
    inputs: [`${at}cls`, `${at}mean`],
    outputs: [`${at}cls_and_mean`],
    attributes: { axis: { int: 2 } },
  });
  const steps = {
    cls,
    mean: [patches, ...mean.nodes],
    cls_and_mean: [...cls, patches, ...mean.nodes, both],
  } as const satisfies Record<ImagePooling, readonly OnnxNode[]>;
  const constants = [
    buildInt64Tensor(`${at}first`, [0]),
    buildInt64Tensor(`${at}begin`, [prefixTokens]),
    // The largest index: to the end.
    buildInt64Tensor(`${at}end`, [2n ** 63n - 1n]),
    buildInt64Tensor(`${at}axis`, [1]),
    ...mean.initializers,
  ];
  const nodes = [castToFloat(tap, `${at}tap`), ...steps[pooling]];
  const read = new Set(nodes.flatMap(({ inputs }) => inputs));
  return { name: `${at}${pooling}`, nodes, initializers: constants.filter(({ name }) => read.has(name)) };
}

/** [B, C, h, w] to [B, 1, width]. */
function poolMap(
  tap: string,
  at: string,
  { channels, width, opset }: ImagePoolingOptions & { readonly channels: number },
): Made {
  const mean = reduceMean(`${at}tap`, `${at}mean`, { axes: [2, 3], keepDims: false, opset });
  const nodes = [
    castToFloat(tap, `${at}tap`),
    ...mean.nodes,
    buildNode({ opType: 'Reshape', inputs: [`${at}mean`, `${at}row_shape`], outputs: [`${at}row`] }),
  ];
  // In Reshape 0 keeps a dimension.
  const initializers = [...mean.initializers, buildInt64Tensor(`${at}row_shape`, [0, 1, channels])];
  if (channels === width) return { name: `${at}row`, nodes, initializers };
  return {
    name: `${at}padded`,
    nodes: [...nodes, buildNode({ opType: 'Pad', inputs: [`${at}row`, `${at}pads`], outputs: [`${at}padded`] })],
    initializers: [...initializers, buildInt64Tensor(`${at}pads`, [0, 0, 0, 0, 0, width - channels])],
  };
}

const castToFloat = (from: string, to: string): OnnxNode =>
  buildNode({ opType: 'Cast', inputs: [from], outputs: [to], attributes: { to: { int: onnxDataType.float32 } } });

interface ReduceMean {
  readonly axes: readonly number[];
  readonly keepDims: boolean;
  readonly opset: number;
}

/** Its axes are an attribute before opset 18 and an input from then on. */
function reduceMean(from: string, to: string, { axes, keepDims, opset }: ReduceMean): Omit<Made, 'name'> {
  const keepdims = { int: keepDims ? 1 : 0 };
  if (opset < 18) {
    const attributes = { axes: { ints: axes }, keepdims };
    return {
      nodes: [buildNode({ opType: 'ReduceMean', inputs: [from], outputs: [to], attributes })],
      initializers: [],
    };
  }
  const inputs = [from, `${to}_axes`];
  return {
    nodes: [buildNode({ opType: 'ReduceMean', inputs, outputs: [to], attributes: { keepdims } })],
    initializers: [buildInt64Tensor(`${to}_axes`, axes)],
  };
}
