import { describe, expect, it } from 'vitest';
import { PredictRequest } from '../../../src/contract/index.ts';
import { toInvalidRequest } from '../../../src/gateway/errors/invalid-request.ts';

function refusalOf(body: unknown) {
  const result = PredictRequest.safeParse(body);
  if (result.success) throw new Error('the body was accepted');
  const { message, param } = toInvalidRequest(result.error.issues);
  return { message, param };
}

describe('a value that fits no branch of a union', () => {
  it.each([
    ['absent', { model: 'm' }, 'input', 'is missing: give a text'],
    ['empty', { model: 'm', input: '' }, 'input', 'is empty: give the text to classify'],
    ['too long a list', { model: 'm', input: Array.from({ length: 257 }, () => 'a') }, 'input', 'Too big'],
    ['a record without its text', { model: 'm', input: ['a', { txt: 'b' }] }, 'input.1.text', 'expected string'],
  ])('%s: is refused for what is nearest to its meaning', (_what, body, param, message) => {
    const refusal = refusalOf(body);
    expect(refusal.param).toBe(param);
    expect(refusal.message).toContain(message);
  });
});
