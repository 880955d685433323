import { OnnxFormatError } from './onnx-format-error.ts';

export const wireType = { varint: 0, fixed64: 1, bytes: 2, fixed32: 5 } as const;

// Subgraphs nest graph > node > attribute > graph; real models stay below 20.
const maximumDepth = 64;
const maximumVarintBytes = 10;
const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: false });

/** Reads protobuf wire format from a window of bytes; every read is checked against the window. */
export class ProtoReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #end: number;
  readonly #depth: number;
  position: number;

  constructor(bytes: Uint8Array, start = 0, end = bytes.length, depth = 0) {
    if (depth > maximumDepth) throw new OnnxFormatError(`messages nest deeper than ${maximumDepth} levels`);
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#end = end;
    this.#depth = depth;
    this.position = start;
  }

  get isAtEnd(): boolean {
    return this.position >= this.#end;
  }

  /** A varint below 2^53: tags and lengths. */
  uint(): number {
    let value = 0;
    let scale = 1;
    for (let count = 0; count < maximumVarintBytes; count += 1) {
      const byte = this.#byte();
      value += (byte & 0x7f) * scale;
      scale *= 128;
      if (byte < 0x80) return this.#safe(value);
    }
    throw this.#error('a varint is longer than 10 bytes');
  }

  uint64(): bigint {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = this.#byte();
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return BigInt.asUintN(64, value);
    }
    throw this.#error('a varint is longer than 10 bytes');
  }

  int64(): bigint {
    return BigInt.asIntN(64, this.uint64());
  }

  float(): number {
    return this.#view.getFloat32(this.#advance(4), true);
  }

  double(): number {
    return this.#view.getFloat64(this.#advance(8), true);
  }

  /** A view, not a copy. */
  bytes(): Uint8Array {
    const length = this.uint();
    const start = this.#advance(length);
    return this.#bytes.subarray(start, start + length);
  }

  string(): string {
    const start = this.position;
    try {
      return text.decode(this.bytes());
    } catch (error) {
      if (error instanceof OnnxFormatError) throw error;
      throw new OnnxFormatError(`text at byte ${start} is not valid UTF-8`);
    }
  }

  /** A reader of the length-delimited field that starts here, one level deeper. */
  nested(depthStep: 0 | 1 = 1): ProtoReader {
    const length = this.uint();
    const start = this.#advance(length);
    return new ProtoReader(this.#bytes, start, start + length, this.#depth + depthStep);
  }

  skip(type: number): void {
    if (type === wireType.varint) this.uint64();
    else if (type === wireType.fixed64) this.#advance(8);
    else if (type === wireType.bytes) this.#advance(this.uint());
    else if (type === wireType.fixed32) this.#advance(4);
    else throw this.#error(`wire type ${type} is not used by ONNX`);
  }

  /** The bytes already read since `start`, as a view. */
  since(start: number): Uint8Array {
    return this.#bytes.subarray(start, this.position);
  }

  /** Everything not read yet, as a view. */
  rest(): Uint8Array {
    return this.#bytes.subarray(this.position, this.#end);
  }

  /** A reader of other bytes at the same nesting level. */
  over(bytes: Uint8Array): ProtoReader {
    return new ProtoReader(bytes, 0, bytes.length, this.#depth);
  }

  #byte(): number {
    const at = this.#advance(1);
    return this.#view.getUint8(at);
  }

  #advance(length: number): number {
    const start = this.position;
    if (length > this.#end - start) {
      throw this.#error(`${length} bytes are announced, ${this.#end - start} are left`);
    }
    this.position = start + length;
    return start;
  }

  #safe(value: number): number {
    if (value > Number.MAX_SAFE_INTEGER) throw this.#error('a length is larger than 2^53');
    return value;
  }

  #error(problem: string): OnnxFormatError {
    return new OnnxFormatError(`${problem} (at byte ${this.position})`);
  }
}
