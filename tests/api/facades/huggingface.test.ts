import { describe, expect, test } from 'vitest';
import { createGatewayWithWorker } from '../../support/gateway-with-worker.ts';
import { createScriptedWorkers, refusal } from '../../support/scripted-worker.ts';

const BACKBONE = 'all-minilm-l6-v2';

async function open(script: Parameters<typeof createScriptedWorkers>[0] = {}) {
  const { workers, asked } = createScriptedWorkers(script);
  const gateway = await createGatewayWithWorker({ services: { workers } });
  const { model } = await gateway.trainModel();
  const ask = (body: unknown, path = `/models/${model}`, secret?: string | null) =>
    gateway.json(path, { method: 'POST', json: body, ...(secret === undefined ? {} : { secret }) });
  return { gateway, model, asked, ask, [Symbol.asyncDispose]: () => gateway[Symbol.asyncDispose]() };
}

describe('200', () => {
  test('text classification: one list a text, nested for one; top_k; logits for function_to_apply none', async () => {
    await using opened = await open();
    const one = await opened.ask({ inputs: 'abc' });
    expect(one.body).toEqual([
      [
        { label: 'billing', score: 0.7 },
        { label: 'bug', score: 0.3 },
      ],
    ]);
    expect(one.headers.get('x-compute-time')).toBe('0.005');
    const two = await opened.ask({ inputs: ['abc', 'abcdefgh'], parameters: { top_k: 1, function_to_apply: 'none' } });
    expect(two.body.map((labels: { label: string }[]) => labels[0]?.label)).toEqual(['billing', 'bug']);
    expect(two.body[0][0].score).toBeCloseTo(Math.log(0.7), 10);
    expect(two.body[0]).toHaveLength(1);
  });

  test('feature extraction: as pooled, or of length 1; a list for a list; also by the path, of a fine-tuned model', async () => {
    await using opened = await open();
    const plain = await opened.ask({ inputs: 'abc' }, `/models/${BACKBONE}`);
    expect(Math.hypot(...plain.body)).toBeCloseTo(3, 10);
    const unit = await opened.ask(
      { inputs: ['abc', 'x'], normalize: true },
      `/models/${opened.model}/pipeline/feature-extraction`,
    );
    expect(unit.body.map((vector: number[]) => Math.hypot(...vector).toFixed(6))).toEqual(['1.000000', '1.000000']);
  });

  test('sentence similarity and zero-shot classification by embeddings', async () => {
    await using opened = await open();
    const similar = await opened.ask(
      { inputs: { source_sentence: 'abc', sentences: ['axe', 'nut'] } },
      `/models/${BACKBONE}`,
    );
    expect(similar.body[0]).toBeCloseTo(1, 10);
    expect(similar.body[1]).toBeLessThan(0.99);
    const parameters = { candidate_labels: ['night', 'apple'], hypothesis_template: '{}' };
    const zeroShot = await opened.ask({ inputs: 'avocado', parameters }, `/models/${BACKBONE}`);
    expect(zeroShot.body[0].label).toBe('apple');
    expect(zeroShot.body[0].score + zeroShot.body[1].score).toBeCloseTo(1, 10);
  });

  test('the bytes of an image, and a table of fields', async () => {
    await using opened = await open();
    const response = await opened.gateway.request(`/models/${opened.model}/pipeline/image-classification`, {
      method: 'POST',
      // With a key the body is read for its hash first: as bytes, and these are no text.
      headers: { 'content-type': 'image/png', 'idempotency-key': 'picture-1' },
      body: Uint8Array.of(0x89, 0xff, 0xfe),
    });
    expect(await response.json()).toEqual([
      { label: 'billing', score: 1 },
      { label: 'bug', score: 0 },
    ]);
    expect(opened.asked.at(-1)).toMatchObject({ verb: 'predict', request: { inputs: [{ image: 'if/+' }] } });
    const table = await opened.ask({ inputs: { data: { text: ['abc', 'abcdefgh'], plan: ['pro', null] } } });
    expect(table.body).toEqual(['billing', 'bug']);
    expect(opened.asked.at(-1)?.request).toMatchObject({
      inputs: [
        { text: 'abc', fields: { plan: 'pro' } },
        { text: 'abcdefgh', fields: { plan: null } },
      ],
    });
  });
});

describe("errors are strings, in Hugging Face's words where it has them", () => {
  test('400: what is wrong is named', async () => {
    await using opened = await open();
    const cases: [unknown, RegExp][] = [
      [{ inputs: 7 }, /"inputs": is neither/],
      [{}, /"inputs"/],
      [{ inputs: 'abc', parameters: { function_to_apply: 'sigmoid' } }, /softmax/],
      [{ inputs: { data: { a: [1], b: [1, 2] } } }, /different lengths/],
    ];
    for (const [body, message] of cases) {
      const { status, body: found } = await opened.ask(body);
      expect(status).toBe(400);
      expect(found.error).toMatch(message);
    }
    const task = await opened.ask({ inputs: 'a' }, `/models/${opened.model}/pipeline/translation`);
    expect(task.body.error).toMatch(/"translation" is not served; these are: text-classification/);
    const json = await opened.gateway.request(`/models/${opened.model}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{',
    });
    expect(json.status).toBe(400);
  });

  test('401 and 404', async () => {
    await using opened = await open();
    const stranger = await opened.ask({ inputs: 'a' }, `/models/${opened.model}`, 'wrong');
    expect([stranger.status, stranger.body]).toEqual([401, { error: 'Invalid username or password.' }]);
    const none = await opened.ask({ inputs: 'a' }, '/models/gpt2');
    expect([none.status, none.body]).toEqual([404, { error: 'Model gpt2 does not exist' }]);
  });

  test('413: a body above the limit', async () => {
    await using opened = await open();
    const { status, body } = await opened.ask({ inputs: 'x'.repeat(17 * 1024 * 1024) });
    expect(status).toBe(413);
    expect(typeof body.error).toBe('string');
  });

  test('429 instead of 503, which the client repeats without end', async () => {
    await using starting = await open({ predict: () => refusal(503, 'no_worker') });
    const loading = await starting.ask({ inputs: 'a' });
    expect([loading.status, loading.headers.get('retry-after')]).toEqual([429, '5']);
    expect(loading.body).toEqual({ error: `Model ${starting.model} is currently loading`, estimated_time: 5 });
  });

  test('429 when a worker is too busy', async () => {
    await using busy = await open({ predict: () => refusal(429, 'overloaded') });
    expect((await busy.ask({ inputs: 'a' })).body.error).toMatch(/^Model too busy/);
  });
});
