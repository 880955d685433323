import { onnxAttributeType, onnxDataType } from './types.ts';
import type {
  OnnxAttribute,
  OnnxDimension,
  OnnxGraph,
  OnnxModel,
  OnnxNode,
  OnnxTensor,
  OnnxValueInfo,
} from './types.ts';

/** What an attribute can be built from. Integers are bigint or whole numbers inside `{ ints }` / `{ int }`. */
export type AttributeValue =
  | { readonly int: number | bigint }
  | { readonly ints: readonly (number | bigint)[] }
  | { readonly float: number }
  | { readonly floats: readonly number[] }
  | { readonly string: string }
  | { readonly tensor: OnnxTensor }
  | { readonly graph: OnnxGraph };

interface NodeOptions {
  readonly opType: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes?: Readonly<Record<string, AttributeValue>>;
  readonly name?: string;
  readonly domain?: string;
}

interface ModelOptions {
  readonly graph: OnnxGraph;
  readonly opsetVersion?: number;
  readonly irVersion?: number;
  readonly metadata?: Readonly<Record<string, string>>;
}

/** A model for opset 20, IR 9, unless told otherwise. */
export function buildModel({ graph, opsetVersion = 20, irVersion = 9, metadata = {} }: ModelOptions): OnnxModel {
  return {
    irVersion,
    opsetImports: [{ domain: '', version: opsetVersion }],
    producerName: 'levigate',
    producerVersion: '',
    domain: '',
    modelVersion: 0,
    docString: '',
    graph,
    metadata: Object.entries(metadata).map(([key, value]) => ({ key, value })),
  };
}

export function buildGraph(parts: Partial<OnnxGraph>): OnnxGraph {
  return {
    name: 'main',
    nodes: [],
    initializers: [],
    inputs: [],
    outputs: [],
    valueInfos: [],
    docString: '',
    ...parts,
  };
}

export function buildNode(options: NodeOptions): OnnxNode {
  const { opType, inputs, outputs, attributes = {}, name = '', domain = '' } = options;
  return {
    name,
    opType,
    domain,
    inputs,
    outputs,
    attributes: Object.entries(attributes).map(([key, value]) => buildAttribute(key, value)),
    docString: '',
  };
}

function buildAttribute(name: string, value: AttributeValue): OnnxAttribute {
  const empty = { name, floats: [], ints: [], strings: [], tensors: [], graphs: [], docString: '' };
  if ('int' in value) return { ...empty, type: onnxAttributeType.int, int: BigInt(value.int) };
  if ('ints' in value) return { ...empty, type: onnxAttributeType.ints, ints: value.ints.map(BigInt) };
  if ('float' in value) return { ...empty, type: onnxAttributeType.float, float: value.float };
  if ('floats' in value) return { ...empty, type: onnxAttributeType.floats, floats: value.floats };
  if ('tensor' in value) return { ...empty, type: onnxAttributeType.tensor, tensor: value.tensor };
  if ('graph' in value) return { ...empty, type: onnxAttributeType.graph, graph: value.graph };
  return {
    ...empty,
    type: onnxAttributeType.string,
    string: new TextEncoder().encode(value.string),
  };
}

/** An input or output; a string or null in `shape` is a symbolic dimension. */
export function buildValueInfo(
  name: string,
  elementType: number,
  shape: readonly (number | string | null)[],
): OnnxValueInfo {
  const dimensions = shape.map((size): OnnxDimension => {
    if (size === null) return {};
    return typeof size === 'number' ? { value: size } : { parameter: size };
  });
  return { name, type: { tensor: { elementType, shape: { dimensions } } }, docString: '' };
}

const emptyTensor = {
  floatData: [],
  int32Data: [],
  int64Data: [],
  doubleData: [],
  uint64Data: [],
  stringData: [],
  externalData: [],
  dataLocation: 0,
  docString: '',
} as const;

/** A tensor over little-endian bytes. */
export function buildTensor(name: string, dataType: number, dims: readonly number[], rawData: Uint8Array): OnnxTensor {
  return { ...emptyTensor, name, dataType, dims, rawData };
}

/** A one-dimensional int64 tensor (a scalar with `dims: []`): axes, shapes, indices. */
export function buildInt64Tensor(
  name: string,
  values: readonly (number | bigint)[],
  dims: readonly number[] = [values.length],
): OnnxTensor {
  const data = BigInt64Array.from(values, BigInt);
  return buildTensor(name, onnxDataType.int64, dims, new Uint8Array(data.buffer));
}

export interface ExternalLocation {
  /** File name beside the model. */
  readonly location: string;
  readonly offset: number;
  readonly length: number;
}

/** A tensor whose bytes lie in another file. */
export function buildExternalTensor(
  name: string,
  dataType: number,
  dims: readonly number[],
  { location, offset, length }: ExternalLocation,
): OnnxTensor {
  const externalData = [
    { key: 'location', value: location },
    { key: 'offset', value: String(offset) },
    { key: 'length', value: String(length) },
  ];
  return { ...emptyTensor, name, dataType, dims, externalData, dataLocation: 1 };
}
