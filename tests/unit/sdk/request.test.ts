import { describe, expect, it, vi } from 'vitest';
import {
  ConflictError,
  ConnectionError,
  Levigate,
  NotFoundError,
  RateLimitError,
  TimeoutError,
} from '../../../src/sdk/index.ts';

const errorBody = (code: string) => JSON.stringify({ error: { message: `m ${code}`, type: 't', param: 'p', code } });

/** A client whose server gives the queued answers one after the other. */
function clientOf(answers: (() => Response | Promise<Response>)[], options: { timeoutMs?: number } = {}) {
  const requests: Request[] = [];
  const fake: typeof fetch = async (input, init) => {
    requests.push(new Request(input instanceof Request ? input : String(input), init));
    const answer = answers.shift();
    if (!answer) throw new Error('no more answers');
    return answer();
  };
  const client = new Levigate({ apiKey: 'lvg_test', baseUrl: 'http://gateway.test/v1', fetch: fake, ...options });
  return { client, requests };
}

describe('requests', () => {
  it('carry the key and the wire names unchanged', async () => {
    const { client, requests } = clientOf([() => Response.json({ id: 'ftjob-1', status: 'queued' })]);
    await client.jobs.create({ model: 'all-minilm-l6-v2', training_file: 'file-1' });
    expect(requests[0]?.headers.get('authorization')).toBe('Bearer lvg_test');
    expect(await requests[0]?.json()).toEqual({ model: 'all-minilm-l6-v2', training_file: 'file-1' });
  });

  it('try again after 429 with the same idempotency key, waiting as asked', async () => {
    const { client, requests } = clientOf([
      () => new Response(errorBody('overloaded'), { status: 429, headers: { 'retry-after': '0' } }),
      () => Response.json({ object: 'list', data: [], usage: { input_tokens: 0, cached_inputs: 0 } }),
    ]);
    await client.predict({ model: 'm', input: 'text' });
    expect(requests.map(({ headers }) => headers.get('idempotency-key'))).toHaveLength(2);
    expect(requests[0]?.headers.get('idempotency-key')).toBe(requests[1]?.headers.get('idempotency-key'));
  });

  it('do not try again after a conflict or a missing thing', async () => {
    const conflict = clientOf([() => new Response(errorBody('job_already_finished'), { status: 409 })]);
    await expect(conflict.client.jobs.cancel('ftjob-1')).rejects.toThrow(ConflictError);
    const missing = clientOf([() => new Response(errorBody('job_not_found'), { status: 404 })]);
    const failure = await missing.client.jobs.retrieve('ftjob-1').catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(NotFoundError);
    expect(failure).toMatchObject({ code: 'job_not_found', param: 'p', message: 'm job_not_found', status: 404 });
  });

  it('give up after two retries with the last error', async () => {
    const refuse = () => new Response(errorBody('overloaded'), { status: 429, headers: { 'retry-after': '0' } });
    const { client, requests } = clientOf([refuse, refuse, refuse, refuse]);
    await expect(client.models.list()).rejects.toThrow(RateLimitError);
    expect(requests).toHaveLength(3);
  });

  it('say which server could not be reached', async () => {
    const client = new Levigate({
      apiKey: 'k',
      baseUrl: 'http://gateway.test/v1',
      maxRetries: 0,
      fetch: () => Promise.reject(new TypeError('fetch failed', { cause: new Error('connect ECONNREFUSED') })),
    });
    const failure = await client.models.list().catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(ConnectionError);
    expect(String(failure)).toContain('http://gateway.test/v1: connect ECONNREFUSED');
  });

  it('end at the deadline', async () => {
    const client = new Levigate({
      apiKey: 'k',
      maxRetries: 0,
      timeoutMs: 5,
      fetch: (_input, init) =>
        new Promise((_resolve, reject) => {
          init?.signal?.addEventListener('abort', () => reject(new Error('aborted')));
        }),
    });
    await expect(client.models.list()).rejects.toThrow(TimeoutError);
  });

  it("end with the caller's own reason", async () => {
    const { client } = clientOf([]);
    const reason = new Error('the user left');
    await expect(client.models.list({ signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  });
});

describe('lists', () => {
  const pages = () => [
    () => Response.json({ object: 'list', data: [{ id: 'a' }, { id: 'b' }], has_more: true }),
    () => Response.json({ object: 'list', data: [{ id: 'c' }], has_more: false }),
  ];

  it('are walked to the last page', async () => {
    const { client, requests } = clientOf(pages());
    const ids: string[] = [];
    for await (const job of client.jobs.list({ limit: 2 })) ids.push(job.id);
    expect(ids).toEqual(['a', 'b', 'c']);
    expect(new URL(requests[1]?.url ?? '').searchParams.get('after')).toBe('b');
  });

  it('are walked from a page that was waited for, too', async () => {
    const { client } = clientOf(pages());
    const page = await client.jobs.list({ limit: 2 });
    expect(page.data.map(({ id }) => id)).toEqual(['a', 'b']);
    const ids: string[] = [];
    for await (const job of page) ids.push(job.id);
    expect(ids).toEqual(['a', 'b', 'c']);
  });
});

describe('job events', () => {
  const event = (id: string) =>
    `id: ${id}\ndata: ${JSON.stringify({ id, object: 'fine_tuning.job.event', message: id })}\n\n`;
  const stream = (text: string) => new Response(text, { headers: { 'content-type': 'text/event-stream' } });

  it('go on after the last one seen where a stream broke off', async () => {
    const { client, requests } = clientOf([
      () => stream(`: ping\n\n${event('e1')}${event('e2')}`),
      () => Response.json({ id: 'ftjob-1', status: 'running' }),
      () => stream(event('e3')),
      () => Response.json({ id: 'ftjob-1', status: 'succeeded' }),
    ]);
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const seen = Array.fromAsync(client.jobs.events('ftjob-1'), ({ id }) => id);
    // It waits before it connects again.
    while (requests.length < 3) await vi.advanceTimersByTimeAsync(100);
    vi.useRealTimers();
    expect(await seen).toEqual(['e1', 'e2', 'e3']);
    expect(requests[2]?.headers.get('last-event-id')).toBe('e2');
  });
});
