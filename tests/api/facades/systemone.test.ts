import { describe, expect, test } from 'vitest';
import type { Prediction } from '../../../src/contract/index.ts';
import { createGatewayWithWorker } from '../../support/gateway-with-worker.ts';
import { createScriptedWorkers } from '../../support/scripted-worker.ts';

const LEVELS = [
  { label: '2', score: 0.6 },
  { label: '1', score: 0.3 },
  { label: '3', score: 0.1 },
];
const YES = [
  { label: 'no', score: 0.8 },
  { label: 'yes', score: 0.2 },
];
const target = (labels: Prediction['labels'], extra: Partial<Prediction> = {}) => ({
  label: labels[0]?.label ?? null,
  score: labels[0]?.score ?? null,
  labels,
  disagreement: 0.1,
  ...extra,
});

/** A model of three targets. */
const script: Parameters<typeof createScriptedWorkers>[0] = {
  predict: ({ adapters, inputs }) => ({
    data: inputs.flatMap((_, index) =>
      adapters.map(({ model }) => ({
        object: 'prediction' as const,
        index,
        model,
        shift_score: 0.4,
        ...target(YES),
        targets: { urgent: target(YES), stars: target(LEVELS, { value: 1.8 }), price: target([], { value: 12.5 }) },
      })),
    ),
    usage: { input_tokens: 9, cached_inputs: 0 },
    timings: { queueMs: 0, tokenizationMs: 0, inferenceMs: 0 },
  }),
};

async function open(ofTargets = true) {
  const { workers, asked } = createScriptedWorkers(ofTargets ? script : {});
  const gateway = await createGatewayWithWorker({ services: { workers } });
  const { model } = await gateway.trainModel();
  const ask = (questions: object, state: unknown = 'abc') =>
    gateway.json('/v1/systemone', { method: 'POST', json: { model, state, questions } });
  return { gateway, model, asked, ask, [Symbol.asyncDispose]: () => gateway[Symbol.asyncDispose]() };
}

describe('200', () => {
  test('choice, noul and score of the targets that the questions name, in one pass', async () => {
    await using opened = await open();
    const { body } = await opened.ask({
      urgent: { type: 'noul' },
      other: { type: 'choice', target: 'urgent', criteria: { yes: 'it burns', no: null } },
      stars: { type: 'score', criteria: ['bad', 'fair', 'good'] },
      price: { type: 'score' },
    });
    expect(body).toMatchObject({
      object: 'structured_decision',
      model: opened.model,
      usage: { input_tokens: 9, output_tokens: 0 },
    });
    expect(body.answers).toEqual({
      urgent: { type: 'noul', noul: 0.2 },
      other: { type: 'choice', choice: 'no', probabilities: { yes: 0.2, no: 0.8 }, confidence: 0.8 },
      stars: {
        type: 'score',
        score: 1.8,
        legend: ['bad', 'fair', 'good'],
        probabilities: [0.3, 0.6, 0.1],
        confidence: 0.6,
      },
      price: { type: 'score', score: 12.5, legend: [], probabilities: [], confidence: null },
    });
    expect(body.diagnostics.stars).toEqual({ model: opened.model, shift_score: 0.4, disagreement: 0.1 });
    expect(opened.asked.filter(({ verb }) => verb === 'predict')).toHaveLength(1);
  });

  test('fewer options than the model knows share what they had; a state may be a record or any JSON', async () => {
    await using opened = await open(false);
    const { body } = await opened.ask(
      { q: { type: 'choice', criteria: ['bug'] } },
      { text: 'abc', fields: { plan: 'pro' } },
    );
    expect(body.answers.q).toEqual({ type: 'choice', choice: 'bug', probabilities: { bug: 1 }, confidence: 1 });
    expect(opened.asked.at(-1)?.request).toMatchObject({ inputs: [{ text: 'abc', fields: { plan: 'pro' } }] });
    await opened.ask({ q: { type: 'choice' } }, [{ role: 'user', content: 'hi' }]);
    expect(opened.asked.at(-1)?.request).toMatchObject({ inputs: [{ text: '[{"role":"user","content":"hi"}]' }] });
  });
});

test.each([
  ['a label that was not trained', { urgent: { type: 'choice', criteria: ['maybe'] } }, 'questions.urgent.criteria'],
  ['no label says yes', { stars: { type: 'noul' } }, 'questions.stars.criteria'],
  ['labels are no numbers', { urgent: { type: 'score' } }, 'questions.urgent.type'],
  ['a number has no options', { price: { type: 'choice' } }, 'questions.price.type'],
  ['another number of levels', { stars: { type: 'score', criteria: ['a'] } }, 'questions.stars.criteria'],
  ['no such target', { none: { type: 'noul' } }, 'questions.none'],
  ['no question', {}, 'questions'],
])('400: %s', async (_name, questions, param) => {
  await using opened = await open();
  const { status, body } = await opened.ask(questions);
  expect([status, body.error.param]).toEqual([400, param]);
});
