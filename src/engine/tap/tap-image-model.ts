import { LevigateError } from '../../contract/errors.ts';
import { onnxDataType } from '../onnx/types.ts';
import type { OnnxModel } from '../onnx/types.ts';
import type { ImageTaps } from './find-image-taps.ts';
import { buildImagePoolingNodes } from './image-pooling-nodes.ts';
import type { ImagePooling } from './image-pooling-nodes.ts';
import { PIXELS } from './live-path.ts';
import { pruneGraph } from './prune-graph.ts';
import { writeFeatureModel } from './write-feature-model.ts';
import type { FeatureModel, FeatureModelOptions } from './write-feature-model.ts';

export interface TapImageModelOptions extends FeatureModelOptions {
  /** As `findImageTaps` gives them. */
  readonly taps: ImageTaps;
  /** H of a transformer's hidden states; a convolutional network's own channels are known from its graph. */
  readonly hiddenSize: number;
  /** Default: class token and mean of the patches where there is a class token, else the mean. */
  readonly pooling?: ImagePooling | undefined;
}

export interface TappedImageModel extends FeatureModel {
  readonly width: number;
}

const LEAST_OPSET = 11;

/**
 * A foreign image encoder as a feature extractor: input `pixel_values` float32 [B, 3, H, W], output `features` float32 [B, taps, width].
 * Feature maps with fewer channels than the widest are padded with zeros.
 *
 * @throws LevigateError `backbone_invalid` when the graph wants other inputs, or has no class token to pool.
 */
export function tapImageModel(model: OnnxModel, options: TapImageModelOptions): TappedImageModel {
  const { taps } = options;
  const pooling = choosePooling(taps, options.pooling);
  const names = taps.kind === 'tokens' ? taps.names : taps.maps.map(({ name }) => name);
  const pruned = pruneGraph(model.graph, names);
  const pixels = pruned.inputs.find(({ name }) => name === PIXELS);
  const strangers = pruned.inputs.filter((input) => input !== pixels).map(({ name }) => `'${name}'`);
  if (pixels === undefined) throw refuse(`its taps do not read '${PIXELS}'`);
  if (strangers.length > 0) throw refuse(`it wants the inputs ${strangers.join(', ')}, which are not given`);
  if (pixels.type?.tensor?.elementType !== onnxDataType.float32) {
    throw refuse(`'${PIXELS}' is not float32; take an export that keeps the types of its inputs`);
  }
  const opset = model.opsetImports.find(({ domain }) => domain === '' || domain === 'ai.onnx')?.version ?? 0;
  if (opset < LEAST_OPSET) throw refuse(`it is of opset ${opset}; export it with opset ${LEAST_OPSET} or later`);
  const width = widthOf(taps, pooling, options.hiddenSize);
  const nodes = buildImagePoolingNodes({ taps, pooling, width, opset, output: 'features' });
  const features = { inputs: [pixels], taps: names.length, pooling: nodes };
  return { ...writeFeatureModel({ ...model, graph: pruned }, features, options), width };
}

function choosePooling(taps: ImageTaps, wanted: ImagePooling | undefined): ImagePooling {
  const hasClassToken = taps.kind === 'tokens' && taps.prefixTokens > 0;
  const pooling = wanted ?? (hasClassToken ? 'cls_and_mean' : 'mean');
  if (pooling === 'mean' || hasClassToken) return pooling;
  throw refuse(`pooling "${pooling}" needs a class token, and it has none; use "mean"`);
}

function widthOf(taps: ImageTaps, pooling: ImagePooling, hiddenSize: number): number {
  if (taps.kind === 'maps') return Math.max(...taps.maps.map(({ channels }) => channels));
  return pooling === 'cls_and_mean' ? 2 * hiddenSize : hiddenSize;
}

function refuse(reason: string): LevigateError {
  return new LevigateError('backbone_invalid', `The graph cannot be used as an image encoder: ${reason}.`);
}
