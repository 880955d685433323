import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  buildExternalTensor,
  buildGraph,
  buildInt64Tensor,
  buildModel,
  buildNode,
  buildTensor,
  buildValueInfo,
} from '../../../../src/engine/onnx/build.ts';
import { decodeModel } from '../../../../src/engine/onnx/decode-model.ts';
import { encodeModel } from '../../../../src/engine/onnx/encode-model.ts';
import { OnnxFormatError } from '../../../../src/engine/onnx/onnx-format-error.ts';
import type { OnnxModel } from '../../../../src/engine/onnx/types.ts';

const name = fc.string({ maxLength: 12 });
const int64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
const bytes = fc.uint8Array({ maxLength: 40 });

const attributeValue = fc.oneof(
  fc.record({ int: int64 }),
  fc.record({ ints: fc.array(int64, { maxLength: 4 }) }),
  fc.record({ float: fc.float({ noNaN: true }) }),
  fc.record({ floats: fc.array(fc.float({ noNaN: true }), { maxLength: 4 }) }),
  fc.record({ string: fc.string() }),
  fc.record({ tensor: bytes.map((data) => buildTensor('t', 2, [data.length], data)) }),
  fc.record({ graph: name.map((graphName) => buildGraph({ name: graphName })) }),
);

const node = fc
  .record({
    opType: name,
    inputs: fc.array(name, { maxLength: 3 }),
    outputs: fc.array(name, { maxLength: 3 }),
    attributes: fc.dictionary(name, attributeValue, { maxKeys: 3 }),
    domain: name,
  })
  .map(buildNode);

const initializer = fc.oneof(
  fc.tuple(name, bytes).map(([tensorName, data]) => buildTensor(tensorName, 3, [data.length], data)),
  fc.tuple(name, fc.array(int64, { maxLength: 4 })).map(([tensorName, values]) => buildInt64Tensor(tensorName, values)),
  fc
    .tuple(name, fc.nat())
    .map(([tensorName, offset]) =>
      buildExternalTensor(tensorName, 1, [2, 3], { location: 'weights', offset, length: 24 }),
    ),
  fc
    .record({
      floats: fc.array(fc.float({ noNaN: true }), { maxLength: 4 }),
      ints: fc.array(fc.integer(), { maxLength: 4 }),
      doubles: fc.array(fc.double({ noNaN: true }), { maxLength: 4 }),
      unsigned: fc.array(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), { maxLength: 4 }),
    })
    .map(({ floats, ints, doubles, unsigned }) => ({
      ...buildInt64Tensor('typed', []),
      rawData: undefined,
      floatData: floats,
      int32Data: ints,
      doubleData: doubles,
      uint64Data: unsigned,
    })),
);

const dimension = fc.oneof(fc.nat(), fc.string({ minLength: 1, maxLength: 5 }), fc.constant(null));

const model: fc.Arbitrary<OnnxModel> = fc
  .record({
    name,
    nodes: fc.array(node, { maxLength: 4 }),
    initializers: fc.array(initializer, { maxLength: 3 }),
    inputs: fc.array(
      fc.tuple(name, fc.array(dimension, { maxLength: 4 })).map(([n, dims]) => buildValueInfo(n, 1, dims)),
    ),
  })
  .map((parts) => buildModel({ graph: buildGraph(parts), metadata: { key: parts.name } }));

describe('the ONNX codec', () => {
  it('gives back every model it has written', () => {
    fc.assert(
      fc.property(model, (original) => {
        expect(decodeModel(encodeModel(original))).toEqual(original);
      }),
    );
  });

  it('writes equal models as equal bytes', () => {
    fc.assert(
      fc.property(model, (original) => {
        const once = encodeModel(original);
        expect(encodeModel(decodeModel(once))).toEqual(once);
      }),
    );
  });

  it('never reads outside a file that is cut short or damaged', () => {
    fc.assert(
      fc.property(
        model,
        fc.nat(),
        fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 3 }),
        (original, cut, damage) => {
          const whole = encodeModel(original);
          // Bytes after the window would show up in the result if a read left it.
          const buffer = new Uint8Array(whole.length + 64).fill(0x0a);
          buffer.set(whole);
          for (const [at, value] of damage) buffer[at % whole.length] = value;
          const window = buffer.subarray(0, cut % (whole.length + 1));
          try {
            const found = decodeModel(window);
            expect(encodeModel(found).length).toBeGreaterThan(0);
          } catch (error) {
            expect(error).toBeInstanceOf(OnnxFormatError);
          }
        },
      ),
      { numRuns: 500 },
    );
  });

  it('shows raw data without copying them', () => {
    const data = Uint8Array.of(1, 2, 3, 4);
    const bytesOfModel = encodeModel(
      buildModel({ graph: buildGraph({ initializers: [buildTensor('w', 1, [1], data)] }) }),
    );
    const [tensor] = decodeModel(bytesOfModel).graph.initializers;
    expect(tensor?.rawData).toEqual(data);
    expect(tensor?.rawData?.buffer).toBe(bytesOfModel.buffer);
  });

  it('keeps fields it does not know', () => {
    // Field 25 of ModelProto (functions) with three bytes.
    const unknown = Uint8Array.of(0xca, 0x01, 3, 7, 8, 9);
    const known = encodeModel(buildModel({ graph: buildGraph({}) }));
    const read = decodeModel(Uint8Array.from([...unknown, ...known]));
    expect(read.unknownFields).toEqual([unknown]);
    expect(encodeModel(read)).toEqual(Uint8Array.from([...known, ...unknown]));
  });

  it('merges a second graph into the first, as protobuf does', () => {
    const first = encodeModel(
      buildModel({ graph: buildGraph({ nodes: [buildNode({ opType: 'A', inputs: [], outputs: ['a'] })] }) }),
    );
    const fragment = encodeModel(
      buildModel({ graph: buildGraph({ nodes: [buildNode({ opType: 'B', inputs: ['a'], outputs: ['b'] })] }) }),
    );
    const merged = decodeModel(Uint8Array.from([...first, ...fragment]));
    expect(merged.graph.nodes.map(({ opType }) => opType)).toEqual(['A', 'B']);
  });
});

describe('malformed ONNX files', () => {
  const nested = (levels: number): OnnxModel => {
    let graph = buildGraph({ name: 'innermost' });
    for (let level = 0; level < levels; level += 1) {
      graph = buildGraph({
        nodes: [buildNode({ opType: 'If', inputs: [], outputs: [], attributes: { then_branch: { graph } } })],
      });
    }
    return buildModel({ graph });
  };

  it('refuses an empty file', () => {
    expect(() => decodeModel(new Uint8Array())).toThrow('the model is empty');
  });

  it('refuses a file without a graph', () => {
    expect(() => decodeModel(Uint8Array.of(0x08, 9))).toThrow('the model has no graph');
  });

  it('refuses a length beyond the end and says where', () => {
    expect(() => decodeModel(Uint8Array.of(0x3a, 0x64, 0))).toThrow('100 bytes are announced, 1 are left (at byte 2)');
  });

  it('refuses a varint that does not end', () => {
    expect(() => decodeModel(new Uint8Array(20).fill(0xff))).toThrow('a varint is longer than 10 bytes');
  });

  it('refuses a field of another wire type', () => {
    expect(() => decodeModel(Uint8Array.of(0x0a, 0))).toThrow('field 1 has wire type 2');
  });

  it('refuses text that is not UTF-8', () => {
    expect(() => decodeModel(Uint8Array.of(0x12, 2, 0xc3, 0x28))).toThrow('not valid UTF-8');
  });

  it('accepts nested subgraphs and refuses endless ones', () => {
    expect(decodeModel(encodeModel(nested(15))).graph.nodes).toHaveLength(1);
    expect(() => decodeModel(encodeModel(nested(40)))).toThrow('nest deeper than 64 levels');
  });
});
