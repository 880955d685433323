import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { toSentError } from './sent-error.ts';
import { CALL_HEADER } from './workerd-protocol.ts';
import type { CallName, Calls, Reply } from './workerd-protocol.ts';

/** A test's own side of `Calls`; the signal tells that the gateway has let go of the call. */
export type CallHandlers = {
  readonly [Name in CallName]: (argument: Parameters<Calls[Name]>[0], signal: AbortSignal) => Promise<unknown>;
};

export interface CallReceiver extends AsyncDisposable {
  readonly url: string;
}

/** Takes the gateway's calls on loopback. @param nowMs the test's time, after the call */
export async function startCallReceiver(handlers: CallHandlers, nowMs: () => number): Promise<CallReceiver> {
  const server = createServer((request, response) => void answer(request, response));
  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const leaving = new AbortController();
    response.on('close', () => {
      if (!response.writableFinished) leaving.abort(new Error('the gateway has let go of this call'));
    });
    const reply = await replyTo(request, leaving.signal).catch((error: unknown) => ({ error: toSentError(error) }));
    response.end(JSON.stringify({ nowMs: nowMs(), ...reply } satisfies Reply));
  }
  async function replyTo(request: IncomingMessage, signal: AbortSignal): Promise<{ readonly value: unknown }> {
    // Only the gateway's own side of `Calls` sends here.
    const handle = handlers[request.headers[CALL_HEADER] as CallName] as (
      argument: unknown,
      signal: AbortSignal,
    ) => Promise<unknown>;
    return { value: (await handle(JSON.parse(await readText(request)), signal)) ?? null };
  }
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    // A server listening on TCP has an address of this form.
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    [Symbol.asyncDispose]: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

async function readText(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString('utf8');
}
