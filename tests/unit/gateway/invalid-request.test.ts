import { describe, expect, it } from 'vitest';
import { PredictRequest } from '../../../src/contract/index.ts';
import { toInvalidRequest } from '../../../src/gateway/errors/invalid-request.ts';

function refusalOf(body: unknown) {
  const result = PredictRequest.safeParse(body);
  if (result.success) throw new Error('the body was accepted');
  const { message, param } = toInvalidRequest(result.error);
  return { message, param };
}

describe('a value that fits no branch of a union', () => {
  it.each([
    ['absent', { model: 'm' }, 'input', 'is missing: give a text'],
    ['empty', { model: 'm', input: '' }, 'input', 'is empty: give the text to classify'],
    ['too long a list', { model: 'm', input: Array.from({ length: 257 }, () => 'a') }, 'input', 'Too big'],
    ['a misspelt key', { model: 'm', input: ['a', { txt: 'b' }] }, 'input.1', 'Unrecognized key: "txt"'],
    ['an empty record', { model: 'm', input: {} }, 'input', 'is empty: give "text", "image" or "fields"'],
    ['a text of another type', { model: 'm', input: ['a', { text: 1 }] }, 'input.1.text', 'expected string'],
    [
      'an address of an image',
      { model: 'm', input: { image: 'https://a.b/c.png' } },
      'input.image',
      'is a URL, and nothing',
    ],
    ['an image that is not base64', { model: 'm', input: [{ image: 'a b!' }] }, 'input.0.image', 'is not base64'],
    ['a data URI without base64', { model: 'm', input: { image: 'data:,x' } }, 'input.image', 'is not base64'],
    [
      'an image above the limit',
      { model: 'm', input: { image: 'A'.repeat(15_000_000) } },
      'input.image',
      'is larger than',
    ],
  ])('%s: is refused for what is nearest to its meaning', (_what, body, param, message) => {
    const refusal = refusalOf(body);
    expect(refusal.param).toBe(param);
    expect(refusal.message).toContain(message);
  });
});
