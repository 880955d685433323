import { message, messages, optional, optionalMessage, plain, repeated } from './message-codec.ts';
import type { Field, MessageCodec, ScalarCodec } from './message-codec.ts';
import { OnnxFormatError } from './onnx-format-error.ts';
import { wireType } from './proto-reader.ts';
import type {
  OnnxAttribute,
  OnnxDimension,
  OnnxEntry,
  OnnxGraph,
  OnnxModel,
  OnnxNode,
  OnnxOpset,
  OnnxShape,
  OnnxTensor,
  OnnxTensorType,
  OnnxType,
  OnnxValueInfo,
} from './types.ts';

const int64: ScalarCodec<bigint> = {
  wireType: wireType.varint,
  read: (reader) => reader.int64(),
  write: (writer, value) => writer.int64(value),
};
const uint64: ScalarCodec<bigint> = { ...int64, read: (reader) => reader.uint64() };
// int64 on the wire, but a size or a version: beyond 2^53 it is nonsense.
const size: ScalarCodec<number> = {
  wireType: wireType.varint,
  read: (reader) => safeNumber(reader.int64()),
  write: (writer, value) => writer.int64(BigInt(value)),
};
const int32: ScalarCodec<number> = {
  ...size,
  read: (reader) => Number(BigInt.asIntN(32, reader.uint64())),
};
const float: ScalarCodec<number> = {
  wireType: wireType.fixed32,
  read: (reader) => reader.float(),
  write: (writer, value) => writer.float(value),
};
const double: ScalarCodec<number> = {
  wireType: wireType.fixed64,
  read: (reader) => reader.double(),
  write: (writer, value) => writer.double(value),
};
const string: ScalarCodec<string> = {
  wireType: wireType.bytes,
  read: (reader) => reader.string(),
  write: (writer, value) => writer.string(value),
};
const bytes: ScalarCodec<Uint8Array> = {
  wireType: wireType.bytes,
  read: (reader) => reader.bytes(),
  write: (writer, value) => writer.bytes(value),
};

// Field numbers: https://github.com/onnx/onnx/blob/v1.16.0/onnx/onnx.proto

const entry: MessageCodec<OnnxEntry> = message<OnnxEntry>({
  key: plain(1, string, ''),
  value: plain(2, string, ''),
});

const opset: MessageCodec<OnnxOpset> = message<OnnxOpset>({
  domain: plain(1, string, ''),
  version: plain(2, size, 0),
});

const dimension: MessageCodec<OnnxDimension> = message<OnnxDimension>({
  value: optional(1, size),
  parameter: optional(2, string),
});

const shape: MessageCodec<OnnxShape> = message<OnnxShape>({
  dimensions: messages(1, () => dimension),
});

const tensorType: MessageCodec<OnnxTensorType> = message<OnnxTensorType>({
  elementType: plain(1, int32, 0),
  shape: optionalMessage(2, () => shape),
});

const type: MessageCodec<OnnxType> = message<OnnxType>({
  tensor: optionalMessage(1, () => tensorType),
});

const valueInfo: MessageCodec<OnnxValueInfo> = message<OnnxValueInfo>({
  name: plain(1, string, ''),
  type: optionalMessage(2, () => type),
  docString: plain(3, string, ''),
});

const tensor: MessageCodec<OnnxTensor> = message<OnnxTensor>({
  dims: repeated(1, size),
  dataType: plain(2, int32, 0),
  floatData: repeated(4, float),
  int32Data: repeated(5, int32),
  stringData: repeated(6, bytes),
  int64Data: repeated(7, int64),
  name: plain(8, string, ''),
  rawData: optional(9, bytes),
  doubleData: repeated(10, double),
  uint64Data: repeated(11, uint64),
  docString: plain(12, string, ''),
  externalData: messages(13, () => entry),
  dataLocation: plain(14, int32, 0),
});

const attribute: MessageCodec<OnnxAttribute> = message<OnnxAttribute>({
  name: plain(1, string, ''),
  float: optional(2, float),
  int: optional(3, int64),
  string: optional(4, bytes),
  tensor: optionalMessage(5, () => tensor),
  graph: optionalMessage(6, () => graph),
  floats: repeated(7, float),
  ints: repeated(8, int64),
  strings: repeated(9, bytes),
  tensors: messages(10, () => tensor),
  graphs: messages(11, () => graph),
  docString: plain(13, string, ''),
  type: plain(20, int32, 0),
});

const node: MessageCodec<OnnxNode> = message<OnnxNode>({
  inputs: repeated(1, string),
  outputs: repeated(2, string),
  name: plain(3, string, ''),
  opType: plain(4, string, ''),
  attributes: messages(5, () => attribute),
  docString: plain(6, string, ''),
  domain: plain(7, string, ''),
});

const graph: MessageCodec<OnnxGraph> = message<OnnxGraph>({
  nodes: messages(1, () => node),
  name: plain(2, string, ''),
  initializers: messages(5, () => tensor),
  docString: plain(10, string, ''),
  inputs: messages(11, () => valueInfo),
  outputs: messages(12, () => valueInfo),
  valueInfos: messages(13, () => valueInfo),
});

export const modelCodec: MessageCodec<OnnxModel> = message<OnnxModel>({
  irVersion: plain(1, size, 0),
  producerName: plain(2, string, ''),
  producerVersion: plain(3, string, ''),
  domain: plain(4, string, ''),
  modelVersion: plain(5, size, 0),
  docString: plain(6, string, ''),
  graph: required(
    'graph',
    optionalMessage(7, () => graph),
  ),
  opsetImports: messages(8, () => opset),
  metadata: messages(14, () => entry),
});

function required<V>(name: string, field: Field<V | undefined>): Field<V> {
  const missing = (): never => {
    throw new OnnxFormatError(`the model has no ${name}`);
  };
  return {
    number: field.number,
    get absent() {
      return missing();
    },
    start() {
      const accumulator = field.start();
      return {
        read: (reader, type) => accumulator.read(reader, type),
        value: () => accumulator.value() ?? missing(),
      };
    },
    write: (writer, value) => field.write(writer, value),
  };
}

function safeNumber(value: bigint): number {
  const number = Number(value);
  if (!Number.isSafeInteger(number)) throw new OnnxFormatError(`${value} is too large for a size`);
  return number;
}
