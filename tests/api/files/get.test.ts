import { expect, test } from 'vitest';
import { createTestGateway, uploadFile } from '../../support/gateway.ts';
import { uploadForm } from '../../support/multipart.ts';

const EXPIRING = { purpose: 'fine-tune', 'expires_after[anchor]': 'created_at', 'expires_after[seconds]': '3600' };

test('200: answers what the upload answered', async () => {
  await using gateway = await createTestGateway();
  const { body: uploaded } = await gateway.json('/v1/files', { method: 'POST', body: uploadForm() });
  const { status, body } = await gateway.json(`/v1/files/${uploaded.id}`);
  expect(status).toBe(200);
  expect(body).toEqual(uploaded);
});

test('200: gives back the bytes, as a download with its name', async () => {
  await using gateway = await createTestGateway();
  const content = crypto.getRandomValues(new Uint8Array(60_000));
  const filename = 'größe "1".jsonl';
  const { body } = await gateway.json('/v1/files', { method: 'POST', body: uploadForm({ file: content, filename }) });
  const response = await gateway.request(`/v1/files/${body.id}/content`);
  expect(response.status).toBe(200);
  expect(response.headers.get('content-length')).toBe('60000');
  expect(response.headers.get('x-content-type-options')).toBe('nosniff');
  expect(response.headers.get('content-disposition')).toBe(
    `attachment; filename="gr__e _1_.jsonl"; filename*=UTF-8''gr%C3%B6%C3%9Fe%20%221%22.jsonl`,
  );
  expect(await response.bytes()).toEqual(content);
});

test('200: HEAD tells the length and lets the blob go', async () => {
  const letGo: string[] = [];
  await using gateway = await createTestGateway({ blobs: { onCancel: (key) => void letGo.push(key) } });
  const { id, bytes } = await uploadFile(gateway);
  const response = await gateway.request(`/v1/files/${id}/content`, { method: 'HEAD' });
  expect([response.status, response.headers.get('content-length')]).toEqual([200, String(bytes)]);
  expect(letGo).toEqual([`files/${gateway.projectId}/${id}`]);
});

test.each(['', '/content'])('404: the same for a missing file and for one of another project (%j)', async (suffix) => {
  await using gateway = await createTestGateway();
  const other = await gateway.createProject();
  const { body } = await gateway.json('/v1/files', { method: 'POST', body: uploadForm(), secret: other.secret });
  const hidden = await gateway.json(`/v1/files/${body.id}${suffix}`);
  const missing = await gateway.json(`/v1/files/file-missing${suffix}`);
  expect(hidden).toMatchObject({ status: 404, body: { error: { code: 'file_not_found' } } });
  expect(hidden.body.error.message.replace(body.id, 'file-missing')).toBe(missing.body.error.message);
});

test('404: a file that has expired, also in lists and to delete', async () => {
  await using gateway = await createTestGateway();
  const { body } = await gateway.json('/v1/files', { method: 'POST', body: uploadForm({ fields: EXPIRING }) });
  gateway.clock.advance(3_599_000);
  expect((await gateway.json(`/v1/files/${body.id}`)).status).toBe(200);
  gateway.clock.advance(1_000);
  expect((await gateway.json(`/v1/files/${body.id}`)).status).toBe(404);
  expect((await gateway.json(`/v1/files/${body.id}/content`)).status).toBe(404);
  expect((await gateway.json(`/v1/files/${body.id}`, { method: 'DELETE' })).status).toBe(404);
  expect((await gateway.json('/v1/files')).body.data).toEqual([]);
});
