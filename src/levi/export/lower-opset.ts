import { buildNode, buildTensor } from '../../engine/onnx/build.ts';
import { onnxDataType } from '../../engine/onnx/types.ts';
import type { OnnxGraph, OnnxNode, OnnxTensor } from '../../engine/onnx/types.ts';

// Since when an operator is spelled as our graphs, of opset 20, spell it.
const GELU_SINCE = 20;
const REDUCE_AXES_SINCE: Readonly<Record<string, number>> = { ReduceMean: 18, ReduceMax: 18 };

/** A graph of our own making in the spelling of an older opset, 13 or later. */
export function lowerOpset(graph: OnnxGraph, opset: number): OnnxGraph {
  const constants = new Map(graph.initializers.map((tensor) => [tensor.name, tensor]));
  const extra: OnnxTensor[] = [];
  const nodes = graph.nodes.flatMap((node, index): readonly OnnxNode[] => {
    if (node.opType === 'Gelu' && opset < GELU_SINCE) return spellGelu(node, `gelu${index}/`, extra);
    if (opset < (REDUCE_AXES_SINCE[node.opType] ?? 0)) return [axesAsAttribute(node, constants)];
    return [node];
  });
  return { ...graph, nodes, initializers: [...graph.initializers, ...extra] };
}

/** x/2 (1 + erf(x / sqrt 2)) */
function spellGelu({ inputs, outputs }: OnnxNode, prefix: string, extra: OnnxTensor[]): readonly OnnxNode[] {
  const constant = (name: string, value: number): string => {
    const bytes = new Uint8Array(Float32Array.of(value).buffer);
    extra.push(buildTensor(prefix + name, onnxDataType.float32, [], bytes));
    return prefix + name;
  };
  const [x = ''] = inputs;
  const node = (opType: string, from: readonly string[], to: string): OnnxNode =>
    buildNode({ opType, inputs: from, outputs: [to] });
  return [
    node('Mul', [x, constant('root', Math.SQRT1_2)], `${prefix}scaled`),
    node('Erf', [`${prefix}scaled`], `${prefix}erf`),
    node('Add', [`${prefix}erf`, constant('one', 1)], `${prefix}shifted`),
    node('Mul', [x, `${prefix}shifted`], `${prefix}product`),
    node('Mul', [`${prefix}product`, constant('half', 0.5)], outputs[0] ?? ''),
  ];
}

function axesAsAttribute(node: OnnxNode, constants: ReadonlyMap<string, OnnxTensor>): OnnxNode {
  const [input = '', axes] = node.inputs;
  const bytes = axes === undefined ? undefined : constants.get(axes)?.rawData;
  if (bytes === undefined) throw new Error(`internal: a ${node.opType} whose axes are not constant`);
  const { buffer, byteOffset, byteLength } = Uint8Array.from(bytes);
  const values = [...new BigInt64Array(buffer, byteOffset, byteLength / 8)];
  const { attributes } = buildNode({
    opType: node.opType,
    inputs: [],
    outputs: [],
    attributes: { axes: { ints: values } },
  });
  return { ...node, inputs: [input], attributes: [...node.attributes, ...attributes] };
}
