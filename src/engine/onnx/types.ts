// The parts of onnx.proto (IR 9) that graphs of inference and training use. Everything else in a file is kept as
// `unknownFields` and written back unchanged.

/** TensorProto.DataType. */
export const onnxDataType = {
  float32: 1,
  uint8: 2,
  int8: 3,
  uint16: 4,
  int16: 5,
  int32: 6,
  int64: 7,
  string: 8,
  bool: 9,
  float16: 10,
  float64: 11,
  uint32: 12,
  uint64: 13,
  bfloat16: 16,
} as const;

/** AttributeProto.AttributeType. */
export const onnxAttributeType = {
  float: 1,
  int: 2,
  string: 3,
  tensor: 4,
  graph: 5,
  floats: 6,
  ints: 7,
  strings: 8,
  tensors: 9,
  graphs: 10,
} as const;

/** Fields the tables do not name: each entry is one field, its tag included. */
interface Extensible {
  readonly unknownFields?: readonly Uint8Array[];
}

export interface OnnxEntry extends Extensible {
  readonly key: string;
  readonly value: string;
}

export interface OnnxOpset extends Extensible {
  /** Empty for the standard operators. */
  readonly domain: string;
  readonly version: number;
}

export interface OnnxDimension extends Extensible {
  readonly value?: number | undefined;
  /** Name of a symbolic dimension. */
  readonly parameter?: string | undefined;
}

export interface OnnxShape extends Extensible {
  readonly dimensions: readonly OnnxDimension[];
}

export interface OnnxTensorType extends Extensible {
  readonly elementType: number;
  readonly shape?: OnnxShape | undefined;
}

export interface OnnxType extends Extensible {
  /** Absent for sequences, maps and optionals, which stay in `unknownFields`. */
  readonly tensor?: OnnxTensorType | undefined;
}

export interface OnnxValueInfo extends Extensible {
  readonly name: string;
  readonly type?: OnnxType | undefined;
  readonly docString: string;
}

export interface OnnxTensor extends Extensible {
  readonly name: string;
  readonly dims: readonly number[];
  /** A value of `onnxDataType`. */
  readonly dataType: number;
  /** Little-endian elements; a view of the file when decoded. */
  readonly rawData?: Uint8Array | undefined;
  readonly floatData: readonly number[];
  readonly int32Data: readonly number[];
  readonly int64Data: readonly bigint[];
  readonly doubleData: readonly number[];
  readonly uint64Data: readonly bigint[];
  readonly stringData: readonly Uint8Array[];
  /** `location`, `offset`, `length`; used when `dataLocation` is 1. */
  readonly externalData: readonly OnnxEntry[];
  readonly dataLocation: number;
  readonly docString: string;
}

export interface OnnxAttribute extends Extensible {
  readonly name: string;
  /** A value of `onnxAttributeType`. */
  readonly type: number;
  readonly float?: number | undefined;
  readonly int?: bigint | undefined;
  readonly string?: Uint8Array | undefined;
  readonly tensor?: OnnxTensor | undefined;
  readonly graph?: OnnxGraph | undefined;
  readonly floats: readonly number[];
  readonly ints: readonly bigint[];
  readonly strings: readonly Uint8Array[];
  readonly tensors: readonly OnnxTensor[];
  readonly graphs: readonly OnnxGraph[];
  readonly docString: string;
}

export interface OnnxNode extends Extensible {
  readonly name: string;
  readonly opType: string;
  readonly domain: string;
  /** Value names; an empty name stands for an optional input that is not given. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: readonly OnnxAttribute[];
  readonly docString: string;
}

export interface OnnxGraph extends Extensible {
  readonly name: string;
  readonly nodes: readonly OnnxNode[];
  readonly initializers: readonly OnnxTensor[];
  readonly inputs: readonly OnnxValueInfo[];
  readonly outputs: readonly OnnxValueInfo[];
  readonly valueInfos: readonly OnnxValueInfo[];
  readonly docString: string;
}

export interface OnnxModel extends Extensible {
  readonly irVersion: number;
  readonly opsetImports: readonly OnnxOpset[];
  readonly producerName: string;
  readonly producerVersion: string;
  readonly domain: string;
  readonly modelVersion: number;
  readonly docString: string;
  readonly graph: OnnxGraph;
  readonly metadata: readonly OnnxEntry[];
}
