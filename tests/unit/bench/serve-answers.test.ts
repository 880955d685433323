import { expect, it } from 'vitest';
import { largestDifference, readAnswers } from '../../../bench/serve/answers.ts';
import { textsOf } from '../../../bench/serve/text-sets.ts';
import { zipf } from '../../../bench/serve/zipf.ts';
import { createRandom } from '../../../src/engine/index.ts';
import type { Prediction } from '../../../src/contract/index.ts';

function prediction(model: string, index: number, good: number): Prediction {
  const labels = [
    { label: 'good', score: good },
    { label: 'bad', score: 1 - good },
  ];
  const ranked = labels.toSorted((a, b) => b.score - a.score);
  const [best] = ranked;
  return {
    object: 'prediction',
    index,
    model,
    label: best?.label ?? null,
    score: best?.score ?? null,
    labels: ranked,
    disagreement: 0,
    shift_score: null,
  };
}

function reply(data: readonly Prediction[], cachedInputs = 0) {
  const body = { object: 'list', data, usage: { input_tokens: 7, cached_inputs: cachedInputs } };
  return { status: 200, text: JSON.stringify(body), ms: 1, retryAfter: null };
}

const asked = { inputs: 1, models: ['a', 'b'] };

it('takes only the answers that were asked for, in their places', () => {
  expect(readAnswers(reply([prediction('a', 0, 0.7), prediction('b', 0, 0.6)]), asked).inputTokens).toBe(7);
  expect(() => readAnswers(reply([prediction('b', 0, 0.6), prediction('a', 0, 0.7)]), asked)).toThrow('not of a');
  expect(() => readAnswers(reply([prediction('a', 0, 0.7)]), asked)).toThrow('1 answers to 2');
  expect(() => readAnswers({ ...reply([]), status: 503 }, asked)).toThrow('503');
});

it('refuses an answer out of the cache where none may come from there', () => {
  const cached = reply([prediction('a', 0, 0.7), prediction('b', 0, 0.6)], 1);
  expect(() => readAnswers(cached, asked)).toThrow('cache');
  expect(readAnswers(cached, asked, { isCached: true }).data).toHaveLength(2);
});

it('compares by label, not by place, and finds another model infinitely different', () => {
  expect(largestDifference(prediction('a', 0, 0.51), prediction('a', 0, 0.49))).toBeCloseTo(0.02, 9);
  expect(largestDifference(prediction('a', 0, 0.5), prediction('b', 0, 0.5))).toBe(Number.POSITIVE_INFINITY);
});

it('makes different texts of the lengths it says, the same ones every time', () => {
  for (const [length, least, most] of [
    ['short', 3, 14],
    ['mixed', 3, 180],
    ['long', 180, 180],
  ] as const) {
    const texts = textsOf(length, 200);
    const words = texts.map((text) => text.split(' ').length);
    expect(new Set(texts).size).toBe(200);
    expect(Math.min(...words)).toBeGreaterThanOrEqual(least);
    expect(Math.max(...words)).toBeLessThanOrEqual(most);
    expect(textsOf(length, 200)).toEqual(texts);
    expect(textsOf(length, 200, 2)).not.toEqual(texts);
  }
});

it('draws the first of a thousand about a hundred times as often as the hundredth', () => {
  const draw = zipf(1_000, createRandom(3));
  const counts = new Map<number, number>();
  for (let turn = 0; turn < 60_000; turn += 1) {
    const drawn = draw();
    counts.set(drawn, (counts.get(drawn) ?? 0) + 1);
  }
  const ratio = (counts.get(0) ?? 0) / (counts.get(99) ?? 1);
  expect(ratio).toBeGreaterThan(70);
  expect(ratio).toBeLessThan(150);
  expect(Math.max(...counts.keys())).toBeLessThan(1_000);
});
