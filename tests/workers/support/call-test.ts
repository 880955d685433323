import { fromSentError } from '../../support/gateway/sent-error.ts';
import { CALL_HEADER } from '../../support/gateway/workerd-protocol.ts';
import type { CallName, Calls, Reply } from '../../support/gateway/workerd-protocol.ts';

export type TestCall = <Name extends CallName>(
  name: Name,
  argument: Parameters<Calls[Name]>[0],
  signal?: AbortSignal,
) => Promise<ReturnType<Calls[Name]>>;

interface Call<Name extends CallName> {
  readonly url: string;
  readonly name: Name;
  readonly argument: Parameters<Calls[Name]>[0];
  readonly signal?: AbortSignal | undefined;
  readonly setClock: (nowMs: number) => void;
}

/** Asks the test's process. @throws what the test's own function threw there */
export async function callTest<Name extends CallName>({
  url,
  name,
  argument,
  signal,
  setClock,
}: Call<Name>): Promise<ReturnType<Calls[Name]>> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { [CALL_HEADER]: name },
    body: JSON.stringify(argument),
    ...(signal ? { signal } : {}),
  });
  const reply: Reply = await response.json();
  setClock(reply.nowMs);
  if ('error' in reply) throw fromSentError(reply.error);
  return reply.value as ReturnType<Calls[Name]>;
}
