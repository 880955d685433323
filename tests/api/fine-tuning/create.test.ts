import { describe, expect, test } from 'vitest';
import { METHODS } from '../../../src/contract/index.ts';
import { createTestGateway } from '../../support/gateway.ts';
import type { TestGateway } from '../../support/gateway.ts';
import { ROWS, toJsonl, uploadFile } from '../../support/training-data.ts';

const PATH = '/v1/fine_tuning/jobs';
const MODEL = 'all-minilm-l6-v2';

const post = (gateway: TestGateway, json: unknown, headers: Record<string, string> = {}) =>
  gateway.json(PATH, { method: 'POST', json, headers });

const countJobs = async (gateway: TestGateway): Promise<number> => (await gateway.json(PATH)).body.data.length;

test('200: answers a queued job with every key the openai client requires, and a seed of its own', async () => {
  await using gateway = await createTestGateway();
  const training_file = await uploadFile(gateway);
  const { status, body } = await post(gateway, { model: MODEL, training_file });
  expect(status).toBe(200);
  expect(body).toMatchObject({
    id: expect.stringMatching(/^ftjob-/),
    object: 'fine_tuning.job',
    created_at: expect.any(Number),
    error: null,
    fine_tuned_model: null,
    finished_at: null,
    hyperparameters: { n_epochs: 'auto', batch_size: 'auto', learning_rate_multiplier: 'auto' },
    method: { type: 'supervised' },
    model: MODEL,
    organization_id: gateway.projectId,
    result_files: [],
    seed: expect.any(Number),
    status: 'queued',
    trained_tokens: null,
    training_file,
    validation_file: null,
    metadata: null,
    levi: {},
    progress: null,
  });
});

test('200: the first events tell that the files were validated', async () => {
  await using gateway = await createTestGateway();
  const { body } = await post(gateway, { model: MODEL, training_file: await uploadFile(gateway) });
  const events = await gateway.json(`${PATH}/${body.id}/events`);
  const statuses = events.body.data.map((event: { data: { status?: string } | null }) => event.data?.status);
  expect(statuses).toEqual(['queued', 'validating_files', undefined]);
  expect(events.body.data[0].message).toContain('12 rows, 2 labels');
});

test('200: keeps seed, suffix, metadata, hyperparameters (of either place) and levi as given', async () => {
  await using gateway = await createTestGateway();
  const training_file = await uploadFile(gateway);
  const validation_file = await uploadFile(gateway);
  const shift = await uploadFile(gateway);
  const given = {
    validation_file,
    seed: 7,
    metadata: { team: 'a' },
    levi: { method: 'linear_probe', layers: [0, 6], shift_files: [{ name: 'chat', file: shift }] },
  };
  const nested = await post(gateway, {
    model: MODEL,
    training_file,
    ...given,
    suffix: 'tickets',
    method: { type: 'supervised', supervised: { hyperparameters: { n_epochs: 3 } } },
  });
  expect(nested.body).toMatchObject({ ...given, hyperparameters: { n_epochs: 3, batch_size: 'auto' } });
  const old = await post(gateway, { model: MODEL, training_file, hyperparameters: { batch_size: 8 } });
  expect(old.body).toMatchObject({ hyperparameters: { n_epochs: 'auto', batch_size: 8 } });
});

describe('a retry of the same creation', () => {
  const retry = { 'x-stainless-retry-count': '1' };

  test("200: the openai client's retry gets the first job", async () => {
    await using gateway = await createTestGateway();
    const json = { model: MODEL, training_file: await uploadFile(gateway) };
    const first = await post(gateway, json, { 'x-stainless-retry-count': '0' });
    gateway.clock.advance(9 * 60_000);
    const second = await post(gateway, json, retry);
    expect(second.body.id).toBe(first.body.id);
    expect(await countJobs(gateway)).toBe(1);
  });

  test('200: without a retry count the same body is a second job', async () => {
    await using gateway = await createTestGateway();
    const json = { model: MODEL, training_file: await uploadFile(gateway) };
    await post(gateway, json);
    await post(gateway, json);
    expect(await countJobs(gateway)).toBe(2);
  });

  test('200: after ten minutes, with another body or with another key it is a new job', async () => {
    await using gateway = await createTestGateway();
    const json = { model: MODEL, training_file: await uploadFile(gateway) };
    await post(gateway, json);
    await post(gateway, { ...json, seed: 1 }, retry);
    await gateway.json(PATH, { method: 'POST', json, headers: retry, secret: await gateway.createKey() });
    gateway.clock.advance(11 * 60_000);
    await post(gateway, json, retry);
    expect(await countJobs(gateway)).toBe(4);
  });

  test('200: retries that arrive together make one job', async () => {
    await using gateway = await createTestGateway();
    const json = { model: MODEL, training_file: await uploadFile(gateway) };
    const answers = await Promise.all(Array.from({ length: 5 }, () => post(gateway, json, retry)));
    expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1);
    const [{ id }] = (await gateway.json(PATH)).body.data;
    const events = await gateway.json(`${PATH}/${id}/events`);
    expect(events.body.data).toHaveLength(3);
  });

  test('200: the same Idempotency-Key and body answer the first job for a day', async () => {
    await using gateway = await createTestGateway();
    const json = { model: MODEL, training_file: await uploadFile(gateway) };
    const first = await post(gateway, json, { 'idempotency-key': 'k1' });
    gateway.clock.advance(23 * 3_600_000);
    const again = await post(gateway, json, { 'idempotency-key': 'k1' });
    const other = await post(gateway, json, { 'idempotency-key': 'k2' });
    expect(again.body.id).toBe(first.body.id);
    expect(other.body.id).not.toBe(first.body.id);
  });

  test('400: the same Idempotency-Key with another body', async () => {
    await using gateway = await createTestGateway();
    const json = { model: MODEL, training_file: await uploadFile(gateway) };
    await post(gateway, json, { 'idempotency-key': 'k1' });
    const { status, body } = await post(gateway, { ...json, seed: 1 }, { 'idempotency-key': 'k1' });
    expect(status).toBe(400);
    expect(body.error).toMatchObject({ code: 'idempotency_key_reused', param: 'Idempotency-Key' });
    expect(await countJobs(gateway)).toBe(1);
  });
});

describe('400: refused before a job is made', () => {
  const cases: readonly [string, Record<string, unknown>, { code: string; param: string; says: string }][] = [
    ['an unknown backbone', { model: 'bert-huge' }, { code: 'unknown_backbone', param: 'model', says: MODEL }],
    [
      'a fine-tuned model as base',
      { model: `ft:${MODEL}:p::x` },
      { code: 'unsupported_option', param: 'model', says: 'give the backbone' },
    ],
    [
      'another method type',
      { method: { type: 'dpo' } },
      { code: 'unsupported_option', param: 'method.type', says: 'supervised' },
    ],
    [
      'an integration',
      { integrations: [{ type: 'wandb', wandb: { project: 'p' } }] },
      { code: 'unsupported_option', param: 'integrations', says: 'events' },
    ],
    [
      'an unknown levi method',
      { levi: { method: 'magic' } },
      { code: 'unknown_method', param: 'levi.method', says: METHODS.join(', ') },
    ],
    [
      'a corruption that there is not',
      { levi: { corruptions: ['typos', 'smudge'] } },
      { code: 'invalid_request', param: 'levi.corruptions.1', says: 'truncation' },
    ],
    [
      'a search with two budgets',
      { levi: { search: { budget: { trials: 4, seconds: 4 } } } },
      { code: 'invalid_request', param: 'levi.search.budget', says: 'either {"trials"' },
    ],
    [
      'a misspelt levi option',
      { levi: { layer: 3 } },
      { code: 'unsupported_option', param: 'levi.layer', says: 'spelling' },
    ],
    [
      'a task that there is not',
      { levi: { task: 'ranking' } },
      { code: 'unsupported_option', param: 'levi.task', says: 'single_label' },
    ],
    [
      'class weights for several targets',
      { levi: { targets: { one: { column: 'label' }, two: { column: 'label' } }, class_weight: 'balanced' } },
      { code: 'unsupported_option', param: 'levi.class_weight', says: 'single_label alone' },
    ],
    [
      'a single target under "targets"',
      { levi: { targets: { label: {} } } },
      { code: 'invalid_request', param: 'levi.targets', says: '2 to 16 targets' },
    ],
    [
      'a layer beyond the last',
      { levi: { layers: [0, 7] } },
      { code: 'unsupported_option', param: 'levi.layers', says: '6' },
    ],
    [
      'more tokens than the backbone reads',
      { levi: { max_length: 400 } },
      { code: 'unsupported_option', param: 'levi.max_length', says: '256' },
    ],
    [
      'a class weight for a label that is not there',
      { levi: { class_weight: { bilding: 2 } } },
      { code: 'unsupported_option', param: 'levi.class_weight.bilding', says: 'bilding' },
    ],
    ['a seed out of range', { seed: -1 }, { code: 'invalid_request', param: 'seed', says: 'seed' }],
    ['a suffix with a colon', { suffix: 'a:b' }, { code: 'invalid_request', param: 'suffix', says: 'letters' }],
    [
      'too many epochs',
      { hyperparameters: { n_epochs: 51 } },
      { code: 'invalid_request', param: 'hyperparameters.n_epochs', says: '50' },
    ],
  ];

  test.each(cases)('%s', async (_, fields, { code, param, says }) => {
    await using gateway = await createTestGateway();
    const { status, body } = await post(gateway, { model: MODEL, training_file: await uploadFile(gateway), ...fields });
    expect({ status, code: body.error.code, param: body.error.param }).toEqual({ status: 400, code, param });
    expect(body.error.message).toContain(says);
    expect(await countJobs(gateway)).toBe(0);
  });

  test('two shift files of one name', async () => {
    await using gateway = await createTestGateway();
    const file = await uploadFile(gateway);
    const shift_files = [
      { name: 'chat', file },
      { name: 'chat', file },
    ];
    const { body } = await post(gateway, { model: MODEL, training_file: file, levi: { shift_files } });
    expect(body.error).toMatchObject({ code: 'invalid_request', param: 'levi.shift_files.1.name' });
  });

  test('a file of another purpose', async () => {
    await using gateway = await createTestGateway();
    const training_file = await uploadFile(gateway, { purpose: 'user_data' });
    const { status, body } = await post(gateway, { model: MODEL, training_file });
    expect({ status, ...body.error }).toMatchObject({
      status: 400,
      code: 'invalid_file_purpose',
      param: 'training_file',
    });
  });

  const badFiles: readonly [string, string | Uint8Array<ArrayBuffer>, readonly string[]][] = [
    ['a line that is not JSON', `${toJsonl(ROWS)}{"text": "cut`, ['line 13']],
    ['a row without a label', `${toJsonl(ROWS)}{"text": "x"}\n`, ['line 13', 'label']],
    ['one class only', toJsonl(ROWS.map((row) => ({ ...row, label: 'a' }))), ['label', 'at least two']],
    ['two rows', toJsonl(ROWS.slice(0, 2)), ['2 rows']],
    ['bytes that are no text', new Uint8Array([0xff, 0xfe, 0, 1, 10]), ['line 1']],
    ['blank lines only', '\n\n', ['no records']],
  ];

  test.each(badFiles)('a training file with %s', async (_, content, says) => {
    await using gateway = await createTestGateway();
    const { status, body } = await post(gateway, {
      model: MODEL,
      training_file: await uploadFile(gateway, { content }),
    });
    expect({ status, code: body.error.code, param: body.error.param }).toEqual({
      status: 400,
      code: 'invalid_training_file',
      param: 'training_file',
    });
    for (const part of says) expect(body.error.message).toContain(part);
    expect(await countJobs(gateway)).toBe(0);
  });

  test('a validation file and a shift file with a label the training file lacks, by file, line and field', async () => {
    await using gateway = await createTestGateway();
    const training_file = await uploadFile(gateway);
    const strange = await uploadFile(gateway, {
      content: toJsonl([...ROWS.slice(0, 2), { text: 'x', label: 'bilding' }]),
    });
    const validation = await post(gateway, { model: MODEL, training_file, validation_file: strange });
    expect(validation.body.error).toMatchObject({ code: 'invalid_training_file', param: 'validation_file' });
    expect(validation.body.error.message).toMatch(/validation_file, line 3, field "label".*bilding/);
    const levi = { shift_files: [{ name: 'chat', file: strange }] };
    const shift = await post(gateway, { model: MODEL, training_file, levi });
    expect(shift.body.error).toMatchObject({ code: 'invalid_training_file', param: 'levi.shift_files.0.file' });
  });

  test('a body that is not JSON', async () => {
    await using gateway = await createTestGateway();
    const headers = { 'content-type': 'application/json' };
    const { status, body } = await gateway.json(PATH, { method: 'POST', body: '{', headers });
    expect({ status, code: body.error.code }).toEqual({ status: 400, code: 'invalid_json' });
  });
});

test('403: the key lacks jobs:write', async () => {
  await using gateway = await createTestGateway();
  const secret = await gateway.createKey({ scopes: ['jobs:read'] });
  const json = { model: MODEL, training_file: await uploadFile(gateway) };
  const { status, body } = await gateway.json(PATH, { method: 'POST', json, secret });
  expect({ status, code: body.error.code }).toEqual({ status: 403, code: 'insufficient_scope' });
});

test('404: a file that is missing and one of another project are the same answer, naming the field', async () => {
  await using gateway = await createTestGateway();
  const { secret } = await gateway.createProject();
  const foreign = await uploadFile(gateway, { secret });
  const answers = await Promise.all(
    [foreign, 'file-none'].map((training_file) => post(gateway, { model: MODEL, training_file })),
  );
  for (const { status, body } of answers) {
    expect({ status, code: body.error.code, param: body.error.param }).toEqual({
      status: 404,
      code: 'file_not_found',
      param: 'training_file',
    });
  }
});

describe('levi.group_by', () => {
  const withGroups = (groupOf: (index: number) => string | undefined): string =>
    toJsonl(ROWS.map((row, index) => ({ ...row, domain: groupOf(index) })));

  test('200: two groups are enough, and the column is kept', async () => {
    await using gateway = await createTestGateway();
    const training_file = await uploadFile(gateway, { content: withGroups((index) => (index < 6 ? 'mail' : 'chat')) });
    const { status, body } = await post(gateway, { model: MODEL, training_file, levi: { group_by: 'domain' } });
    expect([status, body.levi]).toEqual([200, { group_by: 'domain' }]);
  });

  test.each([
    [
      'a row without the column',
      (index: number) => (index < 3 ? 'mail' : undefined),
      'training_file',
      'line 4, field "domain": is missing',
    ],
    ['one group only', () => 'mail', 'levi.group_by', 'every row of the training file that has a "domain" has "mail"'],
  ])('400: %s', async (_, groupOf, param, says) => {
    await using gateway = await createTestGateway();
    const training_file = await uploadFile(gateway, { content: withGroups(groupOf) });
    const { status, body } = await post(gateway, { model: MODEL, training_file, levi: { group_by: 'domain' } });
    expect(status).toBe(400);
    expect(body.error).toMatchObject({ code: 'invalid_training_file', param });
    expect(body.error.message).toContain(says);
  });

  test('400: another column than levi.columns says', async () => {
    await using gateway = await createTestGateway();
    const training_file = await uploadFile(gateway, { content: withGroups(() => 'mail') });
    const levi = { group_by: 'domain', columns: { group: 'source' } };
    const { body } = await post(gateway, { model: MODEL, training_file, levi });
    expect(body.error).toMatchObject({ code: 'unsupported_option', param: 'levi.group_by' });
    expect(body.error.message).toContain('"source"');
  });
});
