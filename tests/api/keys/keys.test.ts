import { describe, expect, test } from 'vitest';
import { ApiKey, page, SCOPES } from '../../../src/contract/index.ts';
import { revokeApiKey } from '../../../src/store/queries/api-keys.ts';
import { createTestGateway } from '../../support/gateway.ts';

describe('POST /v1/api_keys', () => {
  test('200: shows the secret once, and the key works at once', async () => {
    await using gateway = await createTestGateway();
    const { status, body } = await gateway.json('/v1/api_keys', {
      method: 'POST',
      json: { name: 'ci', scopes: ['keys:read'] },
    });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      object: 'api_key',
      name: 'ci',
      scopes: ['keys:read'],
      expires_at: null,
      revoked_at: null,
    });
    expect(body.secret).toMatch(/^lvg_[\w-]{43}$/);
    expect(body.secret.startsWith(body.prefix)).toBe(true);
    const listed = await gateway.json('/v1/api_keys', { secret: body.secret });
    expect(listed.status).toBe(200);
    expect(JSON.stringify(listed.body)).not.toContain(body.secret);
  });

  test('200: without scopes the new key has those of its maker', async () => {
    await using gateway = await createTestGateway();
    const secret = await gateway.createKey({ scopes: ['keys:write', 'predict'] });
    const { body } = await gateway.json('/v1/api_keys', { method: 'POST', json: { name: 'a' }, secret });
    expect(body.scopes).toEqual(['keys:write', 'predict']);
  });

  test('400: an expiry in the past, an unknown scope, no name, an unknown field', async () => {
    await using gateway = await createTestGateway();
    const refused = [
      [{ name: 'a', expires_at: 1 }, 'expires_at'],
      // Its milliseconds are no number that can be read back: every later list of keys failed.
      [{ name: 'a', expires_at: 9_536_679_137_083 }, 'expires_at'],
      [{ name: 'a', scopes: ['all'] }, 'scopes.0'],
      [{ scopes: ['predict'] }, 'name'],
      [{ name: 'a', scopes: [] }, 'scopes'],
    ] as const;
    for (const [json, param] of refused) {
      const { status, body } = await gateway.json('/v1/api_keys', { method: 'POST', json });
      expect([status, body.error.param]).toEqual([400, param]);
    }
  });

  test('403: a key cannot grant what it lacks', async () => {
    await using gateway = await createTestGateway();
    const secret = await gateway.createKey({ scopes: ['keys:write'] });
    const json = { name: 'a', scopes: ['keys:write', 'files:read'] };
    const { status, body } = await gateway.json('/v1/api_keys', { method: 'POST', json, secret });
    expect(status).toBe(403);
    expect(body.error).toMatchObject({ code: 'insufficient_scope', param: 'scopes' });
  });

  test('403: a key without keys:write', async () => {
    await using gateway = await createTestGateway();
    const secret = await gateway.createKey({ scopes: SCOPES.filter((scope) => scope !== 'keys:write') });
    expect((await gateway.json('/v1/api_keys', { method: 'POST', json: { name: 'a' }, secret })).status).toBe(403);
  });
});

describe('GET /v1/api_keys', () => {
  test('200: pages newest first, of this project only', async () => {
    await using gateway = await createTestGateway();
    await gateway.createProject();
    for (const name of ['a', 'b']) await gateway.json('/v1/api_keys', { method: 'POST', json: { name } });
    const { body: first } = await gateway.json('/v1/api_keys?limit=2');
    expect(first).toMatchObject({ data: [{ name: 'b' }, { name: 'a' }], has_more: true });
    const { body: rest } = await gateway.json(`/v1/api_keys?limit=2&after=${first.last_id}`);
    expect(rest).toMatchObject({ data: [{ name: 'default' }], has_more: false });
  });
});

describe('DELETE /v1/api_keys/{key_id}', () => {
  test('200: the key is refused at once, and stays listed', async () => {
    await using gateway = await createTestGateway();
    const { body: key } = await gateway.json('/v1/api_keys', { method: 'POST', json: { name: 'a' } });
    expect((await gateway.json('/v1/files', { secret: key.secret })).status).toBe(200);
    const { status, body } = await gateway.json(`/v1/api_keys/${key.id}`, { method: 'DELETE' });
    expect(status).toBe(200);
    expect(body.revoked_at).toBe(Math.floor(gateway.clock.nowMs() / 1000));
    expect((await gateway.json('/v1/files', { secret: key.secret })).status).toBe(401);
    expect((await gateway.json('/v1/api_keys')).body.data).toMatchObject([
      { id: key.id, revoked_at: body.revoked_at },
      {},
    ]);
  });

  test('404: missing, or of another project', async () => {
    await using gateway = await createTestGateway();
    const other = await gateway.createProject();
    const { body: key } = await gateway.json('/v1/api_keys', { method: 'POST', json: { name: 'a' } });
    for (const [id, secret] of [
      [key.id, other.secret],
      ['key_missing', gateway.secret],
    ] as const) {
      expect((await gateway.json(`/v1/api_keys/${id}`, { method: 'DELETE', secret })).status).toBe(404);
    }
  });
});

describe('a key', () => {
  test('is refused from its expiry on', async () => {
    await using gateway = await createTestGateway();
    const expiresAt = Math.floor(gateway.clock.nowMs() / 1000) + 10;
    const { body: key } = await gateway.json('/v1/api_keys', {
      method: 'POST',
      json: { name: 'a', expires_at: expiresAt },
    });
    gateway.clock.advance(9_999);
    expect((await gateway.json('/v1/files', { secret: key.secret })).status).toBe(200);
    gateway.clock.advance(1);
    expect((await gateway.json('/v1/files', { secret: key.secret })).status).toBe(401);
  });

  test('gets the same answer whether it is unknown, revoked or expired', async () => {
    await using gateway = await createTestGateway();
    const expiresAt = Math.floor(gateway.clock.nowMs() / 1000) + 1;
    const { body: expired } = await gateway.json('/v1/api_keys', {
      method: 'POST',
      json: { name: 'a', expires_at: expiresAt },
    });
    const { body: revoked } = await gateway.json('/v1/api_keys', { method: 'POST', json: { name: 'b' } });
    await gateway.json(`/v1/api_keys/${revoked.id}`, { method: 'DELETE' });
    gateway.clock.advance(1_000);
    const answers = await Promise.all(
      [expired.secret, revoked.secret, 'lvg_unknown'].map((secret) => gateway.json('/v1/files', { secret })),
    );
    expect(new Set(answers.map(({ status, body }) => JSON.stringify([status, body]))).size).toBe(1);
    expect(answers[0]).toMatchObject({
      status: 401,
      body: { error: { type: 'authentication_error', code: 'invalid_api_key' } },
    });
  });

  test('that another process revoked is refused after 30 s at the latest', async () => {
    await using gateway = await createTestGateway();
    const { body: key } = await gateway.json('/v1/api_keys', { method: 'POST', json: { name: 'a' } });
    expect((await gateway.json('/v1/files', { secret: key.secret })).status).toBe(200);
    await revokeApiKey(gateway.db, { id: key.id, projectId: gateway.projectId, nowMs: 1 });
    gateway.clock.advance(30_000);
    expect((await gateway.json('/v1/files', { secret: key.secret })).status).toBe(401);
  });

  test('tells when it was last used, to the minute', async () => {
    await using gateway = await createTestGateway();
    const lastUsed = async () => page(ApiKey).parse((await gateway.json('/v1/api_keys')).body).data[0]?.last_used_at;
    const first = Math.floor(gateway.clock.nowMs() / 1000);
    expect(await lastUsed()).toBe(first);
    gateway.clock.advance(59_000);
    expect(await lastUsed()).toBe(first);
    gateway.clock.advance(1_000);
    expect(await lastUsed()).toBe(first + 60);
  });
});

describe('the default project', () => {
  test('is made once, and a secret of the operator keeps working', async () => {
    await using gateway = await createTestGateway();
    const made = await gateway.run('ensureDefaultProject', { secret: 'operators-own-secret' });
    const again = await gateway.run('ensureDefaultProject', { secret: 'operators-own-secret' });
    expect(made).toMatchObject({ projectId: 'proj_default', secret: 'operators-own-secret', created: true });
    expect(again).toEqual({ ...made, created: false });
    expect((await gateway.json('/v1/files', { secret: 'operators-own-secret' })).status).toBe(200);
  });

  test('does not bring a revoked secret back', async () => {
    await using gateway = await createTestGateway();
    const { keyId } = await gateway.run('ensureDefaultProject', { secret: 'operators-own-secret' });
    await gateway.json(`/v1/api_keys/${keyId}`, { method: 'DELETE' });
    await expect(gateway.run('ensureDefaultProject', { secret: 'operators-own-secret' })).rejects.toMatchObject({
      code: 'invalid_api_key',
    });
  });
});
