import { GatewayError } from './gateway-error.ts';
import { reasonOf } from './reason-of.ts';

/** Asks the blob store itself: a signed URL is all it wants to see, and it must not see the worker's or the lease's token. */
export async function askBlobStore(fetch: typeof globalThis.fetch, url: string, init: RequestInit): Promise<Response> {
  const response = await fetch(url, init).catch((cause: unknown) => {
    if (init.signal?.aborted) throw cause;
    throw new GatewayError(`the blob store does not answer: ${reasonOf(cause)}`, { status: 0, cause });
  });
  if (response.ok) return response;
  await response.body?.cancel();
  // Another try gets another URL, so even an expired one is worth it.
  throw new GatewayError(`the blob store refused a transfer with status ${response.status}`, { status: 503 });
}
