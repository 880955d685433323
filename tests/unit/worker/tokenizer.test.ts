import { AutoTokenizer } from '@huggingface/transformers';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { loadTokenizer } from '../../../gpu-worker/src/tokenizer/load-tokenizer.ts';
import { findAsset, titleOrReason } from '../../support/assets.ts';

const PATH = 'weights/all-minilm-l6-v2';
const folder = findAsset(PATH);
const CLS = 101;
const SEP = 102;

describe.skipIf(folder === null)(titleOrReason('the tokenizer', PATH, folder), () => {
  const open = () => loadTokenizer(folder ?? '');

  test('gives the token ids that PyTorch was given', async () => {
    const { ids, isTruncated } = (await open()).encode('hello world', 256);
    expect([...ids]).toEqual([CLS, 7592, 2088, SEP]);
    expect(isTruncated).toBe(false);
  });

  test('a text that is too long loses its end, not its closing token', async () => {
    const { ids, isTruncated } = (await open()).encode('hello world '.repeat(300), 8);
    expect([...ids]).toEqual([CLS, 7592, 2088, 7592, 2088, 7592, 2088, SEP]);
    expect(isTruncated).toBe(true);
  });

  test('gives plain text the ids of Transformers.js, and any other text too', async () => {
    const tokenizer = await open();
    const reference = await AutoTokenizer.from_pretrained(folder ?? '', { local_files_only: true });
    const plain = fc.string({ unit: fc.integer({ min: 32, max: 126 }).map((code) => String.fromCharCode(code)) });
    const words = fc.constantFrom(
      'unbelievable',
      "don't",
      '[SEP]',
      'x'.repeat(101),
      'café',
      '東京',
      '\u00a0',
      '\n',
      'A1B2',
      '$5.00',
    );
    const mixed = fc.array(fc.oneof(words, plain), { maxLength: 12 }).map((parts) => parts.join(' '));
    fc.assert(
      fc.property(fc.oneof(plain, mixed, fc.string()), (text) => {
        expect([...tokenizer.encode(text, 10_000).ids]).toEqual(reference.encode(text));
      }),
      { numRuns: 400 },
    );
  });

  test('a text that just fits is not truncated', async () => {
    expect((await open()).encode('hello world', 4).isTruncated).toBe(false);
  });
});

test('a folder without a tokenizer is named in the error', async () => {
  await expect(loadTokenizer('/nowhere/at/all')).rejects.toMatchObject({ code: 'backbone_invalid' });
});
