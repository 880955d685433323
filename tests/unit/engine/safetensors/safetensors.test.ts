import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readSafetensors, SafetensorsFormatError, tensor, writeSafetensors } from '../../../../src/engine/index.ts';

// Written by the Python package safetensors 0.8.0 from NumPy arrays.
const fromPython = Uint8Array.from(
  atob(
    'QAEAAAAAAAB7Il9fbWV0YWRhdGFfXyI6eyJmb3JtYXQiOiJucCJ9LCJpZHMiOnsiZHR5cGUiOiJJNjQiLCJzaGFwZSI6WzNdLCJkYXRhX29mZnNldHMiOlswLDI0XX0sInciOnsiZHR5cGUiOiJGMzIiLCJzaGFwZSI6WzIsM10sImRhdGFfb2Zmc2V0cyI6WzI0LDQ4XX0sIm4iOnsiZHR5cGUiOiJJMzIiLCJzaGFwZSI6W10sImRhdGFfb2Zmc2V0cyI6WzQ4LDUyXX0sInNtYWxsIjp7ImR0eXBlIjoiRjE2Iiwic2hhcGUiOls1XSwiZGF0YV9vZmZzZXRzIjpbNTIsNjJdfSwibWFzayI6eyJkdHlwZSI6IkJPT0wiLCJzaGFwZSI6WzNdLCJkYXRhX29mZnNldHMiOls2Miw2NV19fSAgIAEAAAAAAAAA/v////////8AAAAAAAEAAAAAwD8AABDAAABAQAAAAAB3zCsyAADgwAcAAAAAPAC4/3sBAAB8AQAB',
  ),
  (character) => character.charCodeAt(0),
);

function fileOf(header: unknown, body = new Uint8Array()): Uint8Array {
  const json = new TextEncoder().encode(typeof header === 'string' ? header : JSON.stringify(header));
  const bytes = new Uint8Array(8 + json.length + body.length);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(json.length), true);
  bytes.set(json, 8);
  bytes.set(body, 8 + json.length);
  return bytes;
}

const entry = (dtype: string, shape: unknown, offsets: unknown): unknown => ({
  t: { dtype, shape, data_offsets: offsets },
});

describe('readSafetensors', () => {
  it('reads what the Python package writes', () => {
    const { tensors, metadata } = readSafetensors(fromPython);
    expect(metadata).toEqual({ format: 'np' });
    expect(tensors['w']).toEqual(tensor(Float32Array.of(1.5, -2.25, 3, 0, 1e-8, -7), [2, 3]));
    expect(tensors['ids']).toEqual(tensor(BigInt64Array.of(1n, -2n, 2n ** 40n)));
    expect(tensors['mask']).toEqual(tensor(Uint8Array.of(1, 0, 1)));
    expect(tensors['n']).toEqual(tensor(Int32Array.of(7), []));
    expect(tensors['small']).toEqual(tensor(Float32Array.of(1, -0.5, 65504, 2 ** -24, Infinity)));
  });

  it('reads a file that lies anywhere in a buffer', () => {
    const shifted = new Uint8Array(fromPython.length + 3);
    shifted.set(fromPython, 3);
    expect(readSafetensors(shifted.subarray(3))).toEqual(readSafetensors(fromPython));
  });

  it('takes no copy of what lies aligned', () => {
    const { tensors } = readSafetensors(fromPython);
    expect(tensors['w']?.data.buffer).toBe(fromPython.buffer);
  });

  it('widens bfloat16', () => {
    const { tensors } = readSafetensors(fileOf(entry('BF16', [2], [0, 4]), Uint8Array.of(0xc0, 0x3f, 0x00, 0xc0)));
    expect(tensors['t']).toEqual(tensor(Float32Array.of(1.5, -2)));
  });

  it.each([
    ['nothing', new Uint8Array()],
    ['a header cut short', fromPython.subarray(0, 100)],
    ['a body cut short', fromPython.subarray(0, fromPython.length - 1)],
    ['a header of another format', fileOf('<html>')],
    ['a header that is a list', fileOf([])],
    ['an unknown type', fileOf(entry('F8_E4M3', [1], [0, 1]), new Uint8Array(1))],
    ['a type named like a method', fileOf(entry('constructor', [1], [0, 1]), new Uint8Array(1))],
    ['a size that does not fit', fileOf(entry('F32', [2], [0, 4]), new Uint8Array(4))],
    ['a negative size', fileOf(entry('F32', [-1], [0, 4]), new Uint8Array(4))],
    ['offsets the wrong way round', fileOf(entry('F32', [1], [4, 0]), new Uint8Array(4))],
    ['three offsets', fileOf(entry('F32', [1], [0, 4, 4]), new Uint8Array(4))],
    ['metadata that are not text', fileOf({ __metadata__: { a: 1 } })],
  ])('refuses %s', (_, bytes) => {
    expect(() => readSafetensors(bytes)).toThrow(SafetensorsFormatError);
  });
});

describe('writeSafetensors', () => {
  it('writes what it reads, whatever the names and sizes', () => {
    const anyTensor = fc.oneof(
      fc.float32Array().map((data) => tensor(data)),
      fc.int32Array().map((data) => tensor(data)),
      fc.array(fc.boolean()).map((flags) => tensor(Uint8Array.from(flags, Number))),
    );
    fc.assert(
      fc.property(
        fc.dictionary(fc.string(), anyTensor),
        fc.dictionary(fc.string(), fc.string()),
        (tensors, metadata) => {
          fc.pre(!Object.hasOwn(tensors, '__metadata__'));
          const read = readSafetensors(writeSafetensors(tensors, metadata));
          expect({ ...read.tensors }).toEqual({ ...tensors });
          expect({ ...read.metadata }).toEqual({ ...metadata });
        },
      ),
    );
  });
});
