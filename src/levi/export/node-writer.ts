import { buildGraph, buildInt64Tensor, buildNode, buildTensor, buildValueInfo } from '../../engine/onnx/build.ts';
import type { AttributeValue } from '../../engine/onnx/build.ts';
import { onnxDataType } from '../../engine/onnx/types.ts';
import type { OnnxGraph, OnnxNode, OnnxTensor } from '../../engine/onnx/types.ts';

interface Attributes {
  readonly attributes?: Readonly<Record<string, AttributeValue>>;
}

/** Writes ONNX nodes one after the other; every value has a name under one prefix. */
export interface NodeWriter {
  /** Adds a node. @returns the name of its only output */
  node(opType: string, inputs: readonly string[], options?: Attributes): string;
  /** Gives a value a name of its own. */
  rename(value: string, name: string): void;
  scalar(value: number): string;
  int64s(values: readonly number[]): string;
  float(value: number): string;
  /** A stored tensor, its bytes not copied. */
  store(type: keyof typeof onnxDataType, dims: readonly number[], data: ArrayBufferView): string;
  cast(value: string, to: keyof typeof onnxDataType): string;
  /** Repeats a body: `state` goes in and comes out, `step` counts from 0. @returns the last state */
  loop(
    trips: string,
    state: string,
    body: (writer: NodeWriter, given: { state: string; step: string }) => string,
  ): string;
  /** What was written elsewhere, under names of its own. */
  append(graph: Pick<OnnxGraph, 'nodes' | 'initializers'>): void;
  readonly nodes: readonly OnnxNode[];
  readonly initializers: readonly OnnxTensor[];
}

/** The attribute of an operator along one axis. */
export const axis = (value: number): Attributes => ({ attributes: { axis: { int: value } } });

export function createNodeWriter(prefix: string): NodeWriter {
  const nodes: OnnxNode[] = [];
  const initializers: OnnxTensor[] = [];
  const constants = new Map<string, string>();
  let made = 0;
  const fresh = (): string => `${prefix}${(made += 1)}`;
  const keep = (tensor: OnnxTensor): string => {
    initializers.push(tensor);
    return tensor.name;
  };
  const constant = (key: string, build: (name: string) => OnnxTensor): string => {
    const known = constants.get(key) ?? keep(build(fresh()));
    constants.set(key, known);
    return known;
  };
  const writer: NodeWriter = {
    nodes,
    initializers,
    node: (opType, inputs, { attributes = {} } = {}) => {
      const output = fresh();
      nodes.push(buildNode({ opType, inputs, outputs: [output], attributes }));
      return output;
    },
    rename: (value, name) => void nodes.push(buildNode({ opType: 'Identity', inputs: [value], outputs: [name] })),
    scalar: (value) => constant(`scalar ${value}`, (name) => buildInt64Tensor(name, [value], [])),
    int64s: (values) => constant(`int64s ${values.join(' ')}`, (name) => buildInt64Tensor(name, values)),
    float: (value) =>
      constant(`float ${value}`, (name) =>
        buildTensor(name, onnxDataType.float32, [], new Uint8Array(Float32Array.of(value).buffer)),
      ),
    store: (type, dims, { buffer, byteOffset, byteLength }) =>
      keep(buildTensor(fresh(), onnxDataType[type], dims, new Uint8Array(buffer, byteOffset, byteLength))),
    cast: (value, to) => writer.node('Cast', [value], { attributes: { to: { int: onnxDataType[to] } } }),
    append: (graph) => {
      nodes.push(...graph.nodes);
      initializers.push(...graph.initializers);
    },
    loop: (trips, state, body) => {
      const inner = createNodeWriter(`${fresh()}/`);
      const names = { step: `${prefix}step${made}`, goesOn: `${prefix}on${made}`, state: `${prefix}state${made}` };
      const result = body(inner, { state: names.state, step: names.step });
      const still = inner.node('Identity', [names.goesOn]);
      const graph: OnnxGraph = buildGraph({
        name: 'body',
        nodes: inner.nodes,
        initializers: inner.initializers,
        inputs: [
          buildValueInfo(names.step, onnxDataType.int64, []),
          buildValueInfo(names.goesOn, onnxDataType.bool, []),
          buildValueInfo(names.state, onnxDataType.int64, [null]),
        ],
        outputs: [buildValueInfo(still, onnxDataType.bool, []), buildValueInfo(result, onnxDataType.int64, [null])],
      });
      return writer.node('Loop', [trips, '', state], { attributes: { body: { graph } } });
    },
  };
  return writer;
}
