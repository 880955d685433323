import { drizzle } from 'drizzle-orm/sqlite-proxy';
import { inject } from 'vitest';
import { createSecret, hashSecret } from '../../../src/services/keys/secret.ts';
import * as schema from '../../../src/store/schema.ts';
import { startCallReceiver } from './call-receiver.ts';
import type { CallHandlers } from './call-receiver.ts';
import { createFakeClock } from './fake-clock.ts';
import type { RunTask } from './gateway-tasks.ts';
import { refusingWebhooks, refusingWorkers } from './hosted-gateway.ts';
import type { AnswerLine, HostedGateway, HostOptions } from './hosted-gateway.ts';
import { fromSentError } from './sent-error.ts';
import { CLOCK_HEADER, CONTROL_HEADER } from './workerd-protocol.ts';
import type { ControlName, Controls, Reply } from './workerd-protocol.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** URLs of the gateways in workerd, one for each process that runs tests. */
    readonly gatewaysInWorkerd: readonly string[];
  }
}

const BLOB_CALLS = ['beforePut', 'afterPut', 'onFailedPut', 'beforeGet', 'onCancel'] as const;

let isOpen = false;

/** The gateway in workerd over D1 and R2, emptied. Those of one test process are one runtime: one at a time. */
export async function openWorkerdHost({
  settings,
  services = {},
  blobs = {},
}: HostOptions = {}): Promise<HostedGateway> {
  if (isOpen) throw new Error('one gateway at a time: the runtime that this one would empty is in use');
  isOpen = true;
  const stack = new AsyncDisposableStack();
  stack.defer(() => {
    isOpen = false;
  });
  const url = ownRuntime();
  const clock = createFakeClock();
  const { workers = refusingWorkers, webhooks = refusingWebhooks } = services;
  const fakeWebhooks = webhooks === 'platform' ? refusingWebhooks : webhooks;
  let answerLine: AnswerLine = () => Promise.reject(new Error('this test answers no batch'));
  const handlers: CallHandlers = {
    post: (call, signal) => workers.post({ ...call, signal }),
    answer: ({ ctx, body }) => answerLine(ctx, body),
    send: (webhook, signal) => fakeWebhooks.send({ ...webhook, signal }),
    beforePut: async (key) => blobs.beforePut?.(key),
    afterPut: async (key) => blobs.afterPut?.(key),
    onFailedPut: async (key) => blobs.onFailedPut?.(key),
    beforeGet: async (key) => blobs.beforeGet?.(key),
    onCancel: async (key) => blobs.onCancel?.(key),
  };
  const { url: callUrl } = stack.use(await startCallReceiver(handlers, () => clock.nowMs()));

  const control = async <Name extends ControlName>(
    name: Name,
    argument?: Parameters<Controls[Name]>[0],
  ): Promise<ReturnType<Controls[Name]>> => {
    const response = await fetch(url, {
      method: 'POST',
      headers: { [CONTROL_HEADER]: name, [CLOCK_HEADER]: String(clock.nowMs()) },
      body: JSON.stringify(argument ?? null),
    });
    const reply = (await response.json()) as Reply;
    if ('error' in reply) throw fromSentError(reply.error);
    return reply.value as ReturnType<Controls[Name]>;
  };

  const workerToken = createSecret();
  const opened = await control('open', {
    callUrl,
    settings: { workerTokenHashes: [hashSecret(workerToken)], ...settings },
    webhooks: webhooks === 'platform' ? 'platform' : 'fake',
    blobs: { maxBytes: blobs.maxBytes ?? null, watches: BLOB_CALLS.filter((call) => blobs[call] !== undefined) },
  });
  return {
    ...opened,
    origin: new URL(url).origin,
    db: drizzle(
      // As with the Node driver, a missing row is told by undefined, against the proxy's type.
      async (sql, params, method) => ({ rows: (await control('sql', { sql, params, method })).rows }),
      async (queries) => [...(await control('batch', queries))],
      { schema },
    ),
    clock,
    workerToken,
    send: (path, init) =>
      fetch(new URL(path, url), {
        ...init,
        headers: { ...(init.headers as Record<string, string>), [CLOCK_HEADER]: String(clock.nowMs()) },
        redirect: 'manual',
      }),
    listen: async () => {
      // Who asks there sends no time: it is that of our last call.
      await control('countWakes');
      return new URL(url).origin;
    },
    run: ((name, ...args) => control('run', { name, args })) as RunTask,
    runBatches: (answer, limits = {}) => {
      answerLine = answer;
      return control('runBatches', limits);
    },
    blobKeys: async () => [...(await control('blobKeys'))],
    countWakes: () => control('countWakes'),
    countQueries: () => control('countQueries'),
    wokenFor: () => control('wokenFor'),
    runPutOff: async () => void (await control('runPutOff')),
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

function ownRuntime(): string {
  const urls = inject('gatewaysInWorkerd');
  const url = urls[Number(process.env['VITEST_POOL_ID']) - 1];
  if (url === undefined)
    throw new Error(`no runtime for test process ${process.env['VITEST_POOL_ID']} of ${urls.length}`);
  return url;
}
