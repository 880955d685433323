import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { decodeModel } from '../../src/engine/onnx/decode-model.ts';
import { encodeModel } from '../../src/engine/onnx/encode-model.ts';
import { findImageTaps } from '../../src/engine/tap/find-image-taps.ts';
import { tapImageModel } from '../../src/engine/tap/tap-image-model.ts';
import { largestDifference } from '../support/run-onnx.ts';

// Made by PyTorch: tests/fixtures/vision/export.py.
const fixture = (name: string): Buffer => readFileSync(new URL(`../fixtures/vision/${name}`, import.meta.url));
const Reference = z.record(
  z.string(),
  z.object({ prefix_tokens: z.int(), features: z.array(z.array(z.array(z.number()))) }),
);
const reference = Reference.parse(JSON.parse(fixture('features.json').toString('utf8')));

const IMAGES = 2;
const SIZE = 16;
const pixels = Float32Array.from({ length: IMAGES * 3 * SIZE * SIZE }, (_, at) => ((at * 7919) % 1024) / 512 - 1);

describe.each(Object.entries(reference))('a PyTorch export of %s', (name, { prefix_tokens, features }) => {
  const model = decodeModel(gunzipSync(fixture(`${name}.onnx.gz`)));
  const taps = findImageTaps(model.graph, { expectedLayers: 2 });

  it(`has ${prefix_tokens} tokens before its patches`, () => {
    expect(taps).toMatchObject({ kind: 'tokens', prefixTokens: prefix_tokens });
  });

  it('gives the hidden states of PyTorch, pooled, at every tap', async () => {
    const tapped = tapImageModel(model, { taps, hiddenSize: 8, weightsLocation: 'weights' });
    const data = new Uint8Array(tapped.weightsSizeBytes);
    for (const { offset, bytes } of tapped.chunks) data.set(bytes, offset);
    const session = await InferenceSession.create(encodeModel(tapped.model), {
      externalData: [{ path: 'weights', data }],
      intraOpNumThreads: 1,
    });
    const outputs = await session.run({ pixel_values: new Tensor('float32', pixels, [IMAGES, 3, SIZE, SIZE]) });
    await session.release();
    const found = outputs['features'];
    expect(found?.dims).toEqual([IMAGES, 3, tapped.width]);
    if (!(found?.data instanceof Float32Array)) throw new Error('no float32 features');
    expect(largestDifference([...found.data], features.flat(2))).toBeLessThan(2e-6);
  });
});
