import { expect, test } from 'vitest';
import { knownBackbones, parseCatalogue } from '../../../src/contract/index.ts';
import { createTestGateway } from '../../support/gateway.ts';
import { uploadFile } from '../../support/training-data.ts';

const catalogue = { backbones: [{ name: 'own-encoder', modality: 'text', taps: 3, max_tokens: 64, folder: 'x' }] };
const backbones = knownBackbones(parseCatalogue(JSON.stringify(catalogue), 'a test'));

const own = () => createTestGateway({ settings: { backbones } });

test("200: a backbone of the operator's catalogue is listed, and jobs may name it", async () => {
  await using gateway = await own();
  const listed = await gateway.json('/v1/models');
  expect(listed.body.data.map(({ id }: { id: string }) => id)).toEqual([
    'all-minilm-l6-v2',
    'mobilenet-v2',
    'own-encoder',
  ]);
  const json = { model: 'own-encoder', training_file: await uploadFile(gateway), levi: { layers: [0, 2] } };
  const { status, body } = await gateway.json('/v1/fine_tuning/jobs', { method: 'POST', json });
  expect({ status, model: body.model }).toEqual({ status: 200, model: 'own-encoder' });
});

test.each([
  ['layers it does not have', 'own-encoder', { layers: [3] }, 'levi.layers'],
  ['more tokens than it reads', 'own-encoder', { max_length: 128 }, 'own-encoder reads at most 64 tokens'],
  ['tokens for images', 'mobilenet-v2', { max_length: 128 }, 'mobilenet-v2 reads images, which have no tokens'],
])('400: %s', async (_, model, levi, message) => {
  await using gateway = await own();
  const json = { model, training_file: await uploadFile(gateway), levi };
  const { status, body } = await gateway.json('/v1/fine_tuning/jobs', { method: 'POST', json });
  expect({ status, code: body.error.code }).toMatchObject({ status: 400 });
  expect(`${body.error.param} ${body.error.message}`).toContain(message);
});

test('400: texts for a backbone that reads images, named by file and line', async () => {
  await using gateway = await own();
  const json = { model: 'mobilenet-v2', training_file: await uploadFile(gateway) };
  const { status, body } = await gateway.json('/v1/fine_tuning/jobs', { method: 'POST', json });
  expect({ status, code: body.error.code }).toEqual({ status: 400, code: 'invalid_training_file' });
  expect(body.error.message).toContain(
    'training_file, line 1, field "image": is missing, and mobilenet-v2 reads images',
  );
});
