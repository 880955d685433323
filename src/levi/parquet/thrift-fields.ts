import { ParquetError } from './parquet-error.ts';
import type { ThriftStruct, ThriftValue } from './read-thrift.ts';

// The numbers of the fields are those of parquet.thrift (apache/parquet-format).

const isStruct = (value: ThriftValue | undefined): value is ThriftStruct => value instanceof Map;
const isList = (value: ThriftValue | undefined): value is readonly ThriftValue[] => Array.isArray(value);

/** A whole number of 0 or more. */
export function wholeIn(struct: ThriftStruct, field: number): number {
  const value = struct.get(field);
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value;
  throw new ParquetError('its description lacks a number, or holds one that cannot be');
}

export function textIn(struct: ThriftStruct, field: number): string {
  return decode(struct.get(field));
}

export function textsIn(struct: ThriftStruct, field: number): readonly string[] {
  return listIn(struct, field).map(decode);
}

export function structIn(struct: ThriftStruct, field: number): ThriftStruct {
  const value = struct.get(field);
  if (isStruct(value)) return value;
  throw new ParquetError('its description lacks a part');
}

export function structsIn(struct: ThriftStruct, field: number): readonly ThriftStruct[] {
  return listIn(struct, field).map((value) => {
    if (isStruct(value)) return value;
    throw new ParquetError('its description lacks a part');
  });
}

function listIn(struct: ThriftStruct, field: number): readonly ThriftValue[] {
  const value = struct.get(field);
  if (isList(value)) return value;
  throw new ParquetError('its description lacks a list');
}

function decode(value: ThriftValue | undefined): string {
  if (!(value instanceof Uint8Array)) throw new ParquetError('its description lacks a name');
  return new TextDecoder().decode(value);
}
