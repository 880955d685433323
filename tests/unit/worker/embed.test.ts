import { describe, expect, test } from 'vitest';
import { createEmbedTokens } from '../../../gpu-worker/src/embed/embed-tokens.ts';
import { createEmbed } from '../../../gpu-worker/src/embed/embed.ts';
import { createDecode, createTokenize } from '../../../gpu-worker/src/tokens/tokens.ts';
import { createFakeBackbones, createFakeDevice, MAX_TOKENS, WIDTH } from './support/fake-device.ts';

const backbones = createFakeBackbones(createFakeDevice(() => Promise.reject(new Error('no training')) as never));
const dependencies = { backbones, readyWithinMs: 10_000 };
const embed = createEmbed(dependencies);
const ask = (inputs: Parameters<typeof embed>[0]['inputs'], truncate: 'never' | 'start' | 'end' = 'end') =>
  embed({ backbone: 'tiny', cache_salt: 's', inputs, truncate });

describe('an embedding', () => {
  test('is the last layer of a text, of its tokens, and the same from the cache', async () => {
    const { data, usage } = await ask([{ text: 'abc' }, { tokens: [97, 98, 99, 100] }]);
    expect(data).toEqual([Array(WIDTH).fill(3), Array(WIDTH).fill(4)]);
    expect(usage).toEqual({ input_tokens: 7, cached_inputs: 0 });
    const again = await ask([{ tokens: [97, 98, 99] }]);
    expect(again).toMatchObject({ data: [data[0]], usage: { cached_inputs: 1 } });
  });

  test('counts the inputs that lost an end, or refuses them by name', async () => {
    const long = 'x'.repeat(MAX_TOKENS + 1);
    expect(await ask([{ text: 'a' }, { text: long }])).toMatchObject({
      truncated: 1,
      data: [
        [1, 1, 1],
        [16, 16, 16],
      ],
    });
    await expect(ask([{ text: 'a' }, { text: long }], 'never')).rejects.toMatchObject({
      code: 'invalid_request',
      param: 'input.1',
      message: expect.stringContaining(`more than ${MAX_TOKENS} tokens`),
    });
  });

  test('refuses tokens that are none of the model, and what it cannot read', async () => {
    await expect(ask([{ tokens: [9_999] }])).rejects.toMatchObject({ code: 'invalid_request', param: 'input.0' });
    await expect(ask([{ image: 'AAAA' }])).rejects.toMatchObject({ code: 'invalid_request', param: 'input.0' });
    const images = { backbone: 'tiny-vit', cache_salt: 's', truncate: 'end' } as const;
    expect((await embed({ ...images, inputs: [{ image: 'Bw==' }] })).data).toEqual([[7, 7, 7]]);
    await expect(embed({ ...images, inputs: [{ tokens: [1] }] })).rejects.toMatchObject({ param: 'input.0' });
  });
});

test('every token has a vector of its own', async () => {
  const states = async (_: unknown, rows: readonly { ids: Int32Array }[]) =>
    rows.map(({ ids }) =>
      Float32Array.from({ length: ids.length * WIDTH }, (_unused, at) => ids[Math.floor(at / WIDTH)] ?? 0),
    );
  const { data, usage } = await createEmbedTokens({ ...dependencies, states })({
    backbone: 'tiny',
    cache_salt: 's',
    inputs: Array.from({ length: 9 }, (_, row) => ({ tokens: [row + 1, row + 2] })),
    truncate: 'end',
  });
  expect(data).toHaveLength(9);
  expect(data[8]).toEqual([
    [9, 9, 9],
    [10, 10, 10],
  ]);
  expect(usage.input_tokens).toBe(18);
});

test('texts become tokens and tokens texts', async () => {
  const tokens = await createTokenize(dependencies)({ backbone: 'tiny', inputs: ['ab'], add_special_tokens: true });
  expect(tokens.data).toEqual([
    [
      { id: 97, text: 'a', special: false, start: 0, stop: 1 },
      { id: 98, text: 'b', special: false, start: 1, stop: 2 },
    ],
  ]);
  const decode = createDecode(dependencies);
  expect(await decode({ backbone: 'tiny', inputs: [[97, 98], []], skip_special_tokens: true })).toEqual({
    data: ['ab', ''],
  });
  const images = decode({ backbone: 'tiny-vit', inputs: [[1]], skip_special_tokens: true });
  await expect(images).rejects.toMatchObject({ code: 'unsupported_option' });
});
