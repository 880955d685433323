import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { reportFailure } from '../../../src/cli/failure.ts';
import { Levigate } from '../../../src/sdk/index.ts';

const stderr: string[] = [];
let exitCode: typeof process.exitCode;
beforeEach(() => {
  ({ exitCode } = process);
  stderr.length = 0;
  vi.spyOn(console, 'error').mockImplementation((line: string) => void stderr.push(line));
});
afterEach(() => {
  process.exitCode = exitCode;
  vi.restoreAllMocks();
});

async function failureOf(answer: () => Promise<Response>): Promise<string> {
  const client = new Levigate({ apiKey: 'lvg_x', baseUrl: 'http://elsewhere/v1', maxRetries: 0, fetch: answer });
  await client.jobs.list().catch(reportFailure);
  expect(process.exitCode).toBe(1);
  return stderr.join('\n');
}

test('a gateway that does not answer: what was tried, and where to say another', async () => {
  const said = await failureOf(() => Promise.reject(new Error('connect ECONNREFUSED')));
  expect(said).toContain('levigate: cannot reach http://elsewhere/v1: connect ECONNREFUSED');
  expect(said).toContain('--url or LEVIGATE_URL says where it is');
});

test('a server that is no gateway', async () => {
  expect(await failureOf(async () => new Response('<!doctype html>'))).toContain('is this a Levigate gateway?');
});

test("the gateway's own error, with its parameter and request id", async () => {
  const error = {
    message: 'limit is too large',
    type: 'invalid_request_error',
    param: 'limit',
    code: 'invalid_request',
  };
  const said = await failureOf(async () =>
    Response.json({ error }, { status: 400, headers: { 'x-request-id': 'req_1' } }),
  );
  expect(said).toBe('levigate: limit is too large (limit) [req_1]');
});
