import { OnnxFormatError } from './onnx-format-error.ts';
import type { ProtoReader } from './proto-reader.ts';
import { wireType } from './proto-reader.ts';
import { ProtoWriter } from './proto-writer.ts';

/** How one value lies on the wire. */
export interface ScalarCodec<T> {
  readonly wireType: number;
  read(reader: ProtoReader): T;
  write(writer: ProtoWriter, value: T): void;
}

interface Accumulator<V> {
  read(reader: ProtoReader, type: number): void;
  value(): V;
}

/** One field of a message: its number, its value when absent, and how occurrences add up. */
export interface Field<V> {
  readonly number: number;
  readonly absent: V;
  start(): Accumulator<V>;
  write(writer: ProtoWriter, value: V): void;
}

export interface MessageCodec<T> {
  read(reader: ProtoReader): T;
  write(writer: ProtoWriter, value: T): void;
}

type FieldTable<T> = { readonly [K in Exclude<keyof T, 'unknownFields'>]-?: Field<T[K]> };

/** A message of type T; the compiler refuses a table that misses one of its fields. */
export function message<T extends { readonly unknownFields?: readonly Uint8Array[] }>(
  table: FieldTable<T>,
): MessageCodec<T> {
  const fields = Object.entries<Field<unknown>>(table);
  const byNumber = new Map(fields.map(([key, field]) => [field.number, { key, field }]));
  return {
    read(reader) {
      const started = new Map<string, Accumulator<unknown>>();
      const unknownFields: Uint8Array[] = [];
      while (!reader.isAtEnd) {
        const start = reader.position;
        const tag = reader.uint();
        const known = byNumber.get(Math.floor(tag / 8));
        if (known === undefined) {
          reader.skip(tag % 8);
          unknownFields.push(reader.since(start));
          continue;
        }
        const accumulator = started.get(known.key) ?? known.field.start();
        started.set(known.key, accumulator);
        accumulator.read(reader, tag % 8);
      }
      const values = fields.map(([key, field]) => [key, started.get(key)?.value() ?? field.absent]);
      if (unknownFields.length > 0) values.push(['unknownFields', unknownFields]);
      // The table has one field for every key of T and each field yields that key's type.
      return Object.fromEntries(values) as T;
    },
    write(writer, value) {
      const entries: Readonly<Record<string, unknown>> = { ...value };
      for (const [key, field] of fields) field.write(writer, entries[key]);
      for (const unknown of value.unknownFields ?? []) writer.raw(unknown);
    },
  };
}

/** A field that is written only when it differs from `absent`; the last occurrence wins. */
export function plain<T>(number: number, codec: ScalarCodec<T>, absent: T): Field<T> {
  const inner = optional(number, codec);
  return {
    number,
    absent,
    start() {
      const accumulator = inner.start();
      return {
        read: (reader, type) => accumulator.read(reader, type),
        value: () => accumulator.value() ?? absent,
      };
    },
    write(writer, value) {
      if (value !== absent) inner.write(writer, value);
    },
  };
}

/** A field whose presence means something: written whenever it is defined, zero included. */
export function optional<T>(number: number, codec: ScalarCodec<T>): Field<T | undefined> {
  return {
    number,
    absent: undefined,
    start() {
      let last: T | undefined;
      return {
        read(reader, type) {
          assertWireType(number, codec.wireType, type);
          last = codec.read(reader);
        },
        value: () => last,
      };
    },
    write(writer, value) {
      if (value === undefined) return;
      writer.uint(number * 8 + codec.wireType);
      codec.write(writer, value);
    },
  };
}

/** A repeated field; numbers are written packed and read both ways. */
export function repeated<T>(number: number, codec: ScalarCodec<T>): Field<readonly T[]> {
  const isPackable = codec.wireType !== wireType.bytes;
  return {
    number,
    absent: [],
    start() {
      const items: T[] = [];
      return {
        read(reader, type) {
          if (isPackable && type === wireType.bytes) {
            const packed = reader.nested(0);
            while (!packed.isAtEnd) items.push(codec.read(packed));
            return;
          }
          assertWireType(number, codec.wireType, type);
          items.push(codec.read(reader));
        },
        value: () => items,
      };
    },
    write(writer, values) {
      if (values.length === 0) return;
      if (!isPackable) {
        for (const value of values) {
          writer.uint(number * 8 + codec.wireType);
          codec.write(writer, value);
        }
        return;
      }
      writer.uint(number * 8 + wireType.bytes);
      writer.nested(() => {
        for (const value of values) codec.write(writer, value);
      });
    },
  };
}

/** A repeated message. */
export function messages<T>(number: number, codec: () => MessageCodec<T>): Field<readonly T[]> {
  return repeated(number, {
    wireType: wireType.bytes,
    read: (reader) => codec().read(reader.nested()),
    write: (writer, value) => writer.nested(() => codec().write(writer, value)),
  });
}

/** A message that occurs at most once. Further occurrences merge into the first, as protobuf asks. */
export function optionalMessage<T>(number: number, codec: () => MessageCodec<T>): Field<T | undefined> {
  return {
    number,
    absent: undefined,
    start() {
      const readers: ProtoReader[] = [];
      return {
        read(reader, type) {
          assertWireType(number, wireType.bytes, type);
          readers.push(reader.nested());
        },
        value: () => codec().read(merged(readers)),
      };
    },
    write(writer, value) {
      if (value === undefined) return;
      writer.uint(number * 8 + wireType.bytes);
      writer.nested(() => codec().write(writer, value));
    },
  };
}

// The concatenation of two encoded messages is the encoding of their merge.
function merged(readers: readonly ProtoReader[]): ProtoReader {
  const [first, ...others] = readers;
  if (first === undefined) throw new Error('internal: an accumulator without an occurrence');
  if (others.length === 0) return first;
  const writer = new ProtoWriter();
  for (const reader of readers) writer.raw(reader.rest());
  return first.over(writer.finish());
}

function assertWireType(number: number, expected: number, actual: number): void {
  if (expected !== actual) {
    throw new OnnxFormatError(`field ${number} has wire type ${actual} where ONNX has ${expected}`);
  }
}
