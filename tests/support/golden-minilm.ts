import { AutoTokenizer, env } from '@huggingface/transformers';
import { expect, it } from 'vitest';
import { z } from 'zod';
import type { PreparedBackbone } from '../../gpu-worker/src/backbones/prepared-backbone.ts';
import { readJsonAsset } from './assets.ts';
import type { OpenBackbone } from './open-backbone.ts';

const goldenValues = z.object({
  tolerance: z.number(),
  texts: z.array(z.object({ text: z.string(), input_ids: z.array(z.number()), mean: z.array(z.array(z.number())) })),
});

interface Subject {
  readonly prepared: PreparedBackbone;
  readonly backbone: OpenBackbone;
}

/** The guarantees of all-minilm-l6-v2, however its graph was made: equal to PyTorch, alone and among padding. */
export function describeGoldenMiniLm(subject: () => Subject): void {
  // Inside the tests: a skipped suite is collected as well, and has no asset to read.
  const golden = (): z.infer<typeof goldenValues> => readJsonAsset('golden/minilm.json', goldenValues);

  it('gives the token ids of the reference', async () => {
    const { texts } = golden();
    env.allowRemoteModels = false;
    const tokenizer = await AutoTokenizer.from_pretrained(subject().prepared.folder);
    const encode = (text: string): readonly number[] => [...tokenizer.encode(text)];
    expect(texts.map(({ text }) => encode(text))).toEqual(texts.map(({ input_ids }) => input_ids));
  });

  it('equals PyTorch one text at a time', async () => {
    const { texts, tolerance } = golden();
    for (const { input_ids, mean } of texts) {
      const { data } = await subject().backbone.features([input_ids]);
      expect(largestDifference(data, mean.flat())).toBeLessThan(tolerance);
    }
  });

  it('equals PyTorch for texts of different lengths in one padded batch', async () => {
    const { texts, tolerance } = golden();
    const { dims, data } = await subject().backbone.features(texts.map(({ input_ids }) => input_ids));
    expect(dims).toEqual([texts.length, 7, 384]);
    expect(
      largestDifference(
        data,
        texts.flatMap(({ mean }) => mean.flat()),
      ),
    ).toBeLessThan(tolerance);
  });
}

function largestDifference(actual: Float32Array, expected: readonly number[]): number {
  expect(actual.length).toBe(expected.length);
  return expected.reduce((largest, value, at) => Math.max(largest, Math.abs(value - (actual[at] ?? Number.NaN))), 0);
}
