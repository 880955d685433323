import { LevigateError } from '../../contract/errors.ts';
import { buildNode, buildTensor, buildValueInfo } from '../onnx/build.ts';
import { onnxDataType } from '../onnx/types.ts';
import type { OnnxGraph, OnnxModel, OnnxNode, OnnxValueInfo } from '../onnx/types.ts';
import { buildPoolingNodes } from './pooling-nodes.ts';
import type { TextPooling } from './pooling-nodes.ts';
import { pruneGraph } from './prune-graph.ts';
import { writeFeatureModel } from './write-feature-model.ts';
import type { FeatureModel, FeatureModelOptions } from './write-feature-model.ts';

export interface TapModelOptions extends FeatureModelOptions {
  /** Values to pool, as `findLayerTaps` gives them. */
  readonly taps: readonly string[];
  /** Default: the mean over the text's tokens. */
  readonly pooling?: TextPooling | undefined;
}

export interface TappedModel extends FeatureModel {
  /** Inputs `input_ids`, `attention_mask` `[B, S]`; output `features` `[B, taps, H]` float32. */
  readonly model: OnnxModel;
  readonly idsDtype: 'int32' | 'int64';
}

/**
 * A foreign encoder as a feature extractor: cut above the highest tap, pooled inside, weights in one shared file.
 *
 * @throws LevigateError `backbone_invalid` when the graph wants inputs other than token ids, mask and token types.
 */
export function tapModel(model: OnnxModel, options: TapModelOptions): TappedModel {
  const pruned = withoutTokenTypes(pruneGraph(model.graph, options.taps));
  const ids = requireInput(pruned, 'input_ids');
  const elementType = ids.type?.tensor?.elementType ?? onnxDataType.int64;
  const mask = findInput(pruned, 'attention_mask') ?? buildValueInfo('attention_mask', elementType, ['B', 'S']);
  const strangers = pruned.inputs.filter(({ name }) => name !== ids.name && name !== mask.name);
  if (strangers.length > 0) {
    throw refuse(`it wants the inputs ${strangers.map(({ name }) => `'${name}'`).join(', ')}, which are not given`);
  }
  const pooling = buildPoolingNodes({ ...options, mask: mask.name, output: 'features' });
  const features = { inputs: [ids, mask], taps: options.taps.length, pooling };
  return {
    ...writeFeatureModel({ ...model, graph: pruned }, features, options),
    idsDtype: elementType === onnxDataType.int32 ? 'int32' : 'int64',
  };
}

/** One text per row has token type 0 everywhere: the input becomes zeros of the ids' shape. */
function withoutTokenTypes(graph: OnnxGraph): OnnxGraph {
  const input = findInput(graph, 'token_type_ids');
  if (input === undefined) return graph;
  const elementType = input.type?.tensor?.elementType ?? onnxDataType.int64;
  const zero = new Uint8Array(elementType === onnxDataType.int32 ? 4 : 8);
  const nodes: readonly OnnxNode[] = [
    buildNode({ opType: 'Shape', inputs: ['input_ids'], outputs: ['levigate/ids_shape'] }),
    buildNode({
      opType: 'ConstantOfShape',
      inputs: ['levigate/ids_shape'],
      outputs: [input.name],
      attributes: { value: { tensor: buildTensor('', elementType, [1], zero) } },
    }),
  ];
  return { ...graph, nodes: [...nodes, ...graph.nodes], inputs: graph.inputs.filter((other) => other !== input) };
}

function requireInput(graph: OnnxGraph, name: string): OnnxValueInfo {
  const input = findInput(graph, name);
  if (input !== undefined) return input;
  throw refuse(`it has no input '${name}'`);
}

function findInput(graph: OnnxGraph, name: string): OnnxValueInfo | undefined {
  return graph.inputs.find((input) => input.name === name);
}

function refuse(reason: string): LevigateError {
  return new LevigateError('backbone_invalid', `The graph cannot be used as a text encoder: ${reason}.`);
}
