import { LevigateError } from '../../contract/errors.ts';
import type { OnnxGraph } from '../onnx/types.ts';
import { countPrefixTokens } from './count-prefix-tokens.ts';
import { chooseOutput, findLayerTaps } from './find-layer-taps.ts';
import { findMapTaps } from './find-map-taps.ts';
import type { MapTap } from './find-map-taps.ts';
import { findRegions } from './find-regions.ts';
import { indexGraph } from './graph-index.ts';
import { findLivePath, PIXELS } from './live-path.ts';

/** Where an image encoder's features are: hidden states of a transformer, or feature maps of a convolutional network. */
export type ImageTaps =
  | {
      readonly kind: 'tokens';
      /** Names of values [B, S, H]: what enters the first layer, and what leaves each. */
      readonly names: readonly string[];
      /** Tokens before the patches: the class token, and with some models a distillation token or registers. */
      readonly prefixTokens: number;
    }
  | { readonly kind: 'maps'; readonly maps: readonly MapTap[] };

export interface FindImageTapsOptions {
  /** Layers of the vision tower as the configuration has them; asked of transformers only. */
  readonly expectedLayers?: number | undefined;
  /** Where the graph does not show it. */
  readonly prefixTokens?: number | undefined;
}

/**
 * Finds the features of an image encoder by its structure: where attention lies between pixels and output, a transformer's hidden
 * states, else the residual sums and the last feature map.
 *
 * @throws LevigateError `backbone_invalid` with the reason when the structure is not understood; it never guesses.
 */
export function findImageTaps(graph: OnnxGraph, options: FindImageTapsOptions = {}): ImageTaps {
  if (!graph.inputs.some(({ name }) => name === PIXELS)) throw refuse(`it has no input '${PIXELS}'`);
  const index = indexGraph(graph);
  const output = chooseOutput(graph);
  const path = findLivePath(graph, index, { output, from: 'pixels' });
  if (path === null) throw refuse(`no data path leads from '${PIXELS}' to '${output}'`);
  const regions = findRegions(path, output);
  const isTransformer = regions.some(({ kind }) => kind === 'attention');
  if (!isTransformer) return { kind: 'maps', maps: findMapTaps(graph, index, { path, regions, output }) };
  const names = findLayerTaps(graph, { ...options, output, from: 'pixels' });
  const [first = output] = names;
  const prefixTokens = options.prefixTokens ?? countPrefixTokens(graph, index, { path, first });
  return { kind: 'tokens', names, prefixTokens };
}

function refuse(reason: string): LevigateError {
  return new LevigateError('backbone_invalid', `The graph cannot be used as an image encoder: ${reason}.`);
}
