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

  test('a text that just fits is not truncated', async () => {
    expect((await open()).encode('hello world', 4).isTruncated).toBe(false);
  });
});

test('a folder without a tokenizer is named in the error', async () => {
  await expect(loadTokenizer('/nowhere/at/all')).rejects.toMatchObject({ code: 'backbone_invalid' });
});
