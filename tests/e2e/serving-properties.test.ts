import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { describe, expect, test, vi } from 'vitest';
import { createDataFolder, descendantsOf, isBuilt, startLevigate } from '../support/levigate-process.ts';
import { isBackboneCached } from './support/worker-process.ts';

const canRun = isBuilt() && isBackboneCached() && process.platform === 'linux';
const title = canRun
  ? 'gateway, worker and device as processes'
  : 'gateway, worker and device as processes (skipped: needs npm run build, and the default backbone prepared once by npm run quickstart)';

const API_KEY = 'lvg_for_this_test_alone_0123456789abcdef';

interface Asking {
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

/** Status of `POST /v1/embeddings`, whose whole answer was read. */
async function embed(url: string, input: readonly string[], { headers, ...init }: Asking = {}): Promise<number> {
  const response = await fetch(`${url}/v1/embeddings`, {
    ...init,
    method: 'POST',
    headers: { ...headers, authorization: `Bearer ${API_KEY}`, 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'all-minilm-l6-v2', input }),
  });
  await response.arrayBuffer();
  return response.status;
}

/** A port that is free now. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** What a Prometheus text says of one metric without labels. */
async function readMetric(url: string, name: string): Promise<number> {
  const body = await (await fetch(url)).text();
  return Number(new RegExp(`^${name} (\\S+)$`, 'mu').exec(body)?.[1] ?? Number.NaN);
}

describe.skipIf(!canRun)(title, () => {
  test('a request whose client goes away leaves no work behind', async () => {
    await using folder = await createDataFolder();
    const port = await freePort();
    await using levigate = await startLevigate(folder.path, {
      LEVIGATE_API_KEY: API_KEY,
      LEVIGATE_WORKER_PORT: String(port),
      LEVIGATE_FEATURE_CACHE_MB: '0',
    });
    const metrics = `http://127.0.0.1:${port}/metrics`;
    const long = 'the quick brown fox jumps over the lazy dog and nobody knows why '.repeat(20);
    const leaving = new AbortController();
    // Minutes of work for the device.
    const asked = Array.from({ length: 8 }, (_, request) =>
      embed(
        levigate.url,
        Array.from({ length: 256 }, (__, row) => `${request} ${row} ${long}`),
        { signal: leaving.signal },
      ).catch(() => null),
    );
    await vi.waitUntil(async () => (await readMetric(metrics, 'te_queue_size')) > 1_000, { timeout: 60_000 });
    leaving.abort();
    expect(await Promise.all(asked)).toEqual(asked.map(() => null));
    await vi.waitUntil(async () => (await readMetric(metrics, 'te_queue_size')) === 0, { timeout: 10_000 });
    await vi.waitUntil(async () => (await readMetric(metrics, 'levigate_requests_in_flight')) === 0, {
      timeout: 10_000,
    });
    // The device ends the batches it had begun, and begins none: the next comer does not wait behind those that left.
    const startedMs = performance.now();
    expect(await embed(levigate.url, ['short'])).toBe(200);
    expect(performance.now() - startedMs).toBeLessThan(10_000);
    const computed = await readMetric(metrics, 'levigate_batch_padded_tokens_total');
    expect(await embed(levigate.url, ['another'])).toBe(200);
    const added = (await readMetric(metrics, 'levigate_batch_padded_tokens_total')) - computed;
    expect(added).toBeLessThan(100);
  });

  test("a project's text is computed for itself: another's is no hit, and its answer looks like the first one's", async () => {
    await using folder = await createDataFolder();
    const port = await freePort();
    await using levigate = await startLevigate(folder.path, {
      LEVIGATE_API_KEY: API_KEY,
      LEVIGATE_WORKER_PORT: String(port),
    });
    const post = (path: string, key: string, body: object) =>
      fetch(`${levigate.url}/v1${path}`, {
        method: 'POST',
        headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
    const made = (await (await post('/admin/projects', API_KEY, { name: 'other' })).json()) as {
      readonly api_key: { readonly secret: string };
    };
    const rowsRun = () => readMetric(`http://127.0.0.1:${port}/metrics`, 'te_batch_next_size_sum');
    const ask = async (key: string) => {
      const before = await rowsRun();
      const response = await post('/embeddings', key, { model: 'all-minilm-l6-v2', input: 'a text of both' });
      const body: unknown = await response.json();
      return { rows: (await rowsRun()) - before, names: [...response.headers.keys()].toSorted(), body };
    };
    // A histogram is told from its first value on.
    expect(await embed(levigate.url, ['another text'])).toBe(200);
    const first = await ask(API_KEY);
    const again = await ask(API_KEY);
    const other = await ask(made.api_key.secret);
    expect([first.rows, again.rows, other.rows]).toEqual([1, 0, 1]);
    expect(other.names).toEqual(first.names);
    expect(other.body).toEqual(first.body);
  });

  test('a trace goes from the client to the device process', async () => {
    const resourceSpans: {
      readonly resource: unknown;
      readonly scopeSpans: readonly { readonly spans: readonly Span[] }[];
    }[] = [];
    const collector = createServer((request, response) => {
      void text(request).then((body) => {
        resourceSpans.push(...JSON.parse(body).resourceSpans);
        response.end('{}');
      });
    }).listen(0, '127.0.0.1');
    await once(collector, 'listening');
    using _closed = { [Symbol.dispose]: () => void collector.close() };
    const { port } = collector.address() as AddressInfo;
    await using folder = await createDataFolder();
    await using levigate = await startLevigate(folder.path, {
      LEVIGATE_API_KEY: API_KEY,
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`,
    });
    const traceId = 'a'.repeat(32);
    const headers = { traceparent: `00-${traceId}-${'b'.repeat(16)}-01` };
    expect(await embed(levigate.url, ['a text', 'and another'], { headers })).toBe(200);
    const spans = () =>
      resourceSpans.flatMap(({ resource, scopeSpans }) =>
        scopeSpans.flatMap(({ spans }) => spans.map((span) => ({ ...span, service: serviceOf(resource) }))),
      );
    // Gateway, worker and device process each send theirs when it suits them.
    const wanted = ['run batch', 'worker embed', 'POST embed', 'POST /v1/embeddings'];
    const names = () => new Set(spans().map(({ name }) => name));
    await vi.waitUntil(() => names().isSupersetOf(new Set(wanted)), { timeout: 30_000 });
    const own = spans().filter((span) => span.traceId === traceId);
    const byId = new Map(own.map((span) => [span.spanId, span]));
    const [batch] = own.filter(({ name }) => name === 'run batch');
    const path = [];
    for (let span = batch; span; span = byId.get(span.parentSpanId ?? '')) path.push(`${span.service}: ${span.name}`);
    expect(path).toEqual([
      'levigate-worker-device: run batch',
      'levigate-worker: worker embed',
      'levigate-gateway: POST embed',
      'levigate-gateway: POST /v1/embeddings',
    ]);
    const pid = Number(batch?.attributes.find(({ key }) => key === 'process.pid')?.value.intValue);
    expect(await descendantsOf(levigate.pid)).toContain(pid);
  });
});

interface Span {
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly attributes: readonly { readonly key: string; readonly value: { readonly intValue?: string } }[];
}

function serviceOf(resource: unknown): string {
  const { attributes } = resource as {
    readonly attributes: readonly { key: string; value: { stringValue: string } }[];
  };
  return attributes.find(({ key }) => key === 'service.name')?.value.stringValue ?? '';
}
