import { lookup } from 'node:dns/promises';
import type { LookupAddress } from 'node:dns';
import { isIP } from 'node:net';
import type { LookupFunction } from 'node:net';
import { Client } from 'undici';
import type { WebhookAnswer, WebhookSender } from '../../services/ports.ts';
import { assertWebhookUrl, hostOf, isPublicAddress, refusedWebhookUrl } from '../neutral/public-address.ts';

export interface WebhookSenderOptions {
  /** For development: http and private addresses too. */
  readonly allowPrivate: boolean;
  /** All addresses of a host name. */
  readonly resolve?: (host: string) => Promise<readonly LookupAddress[]>;
}

/**
 * Sends webhooks to URLs of users' choosing. The addresses that were checked are the ones that are connected to, so a
 * name that resolves otherwise a moment later gains nothing; every attempt has a connection and a check of its own.
 * Redirects are answers like any other; an answer's body is not read.
 */
export function createWebhookSender({
  allowPrivate,
  resolve = (host) => lookup(host, { all: true }),
}: WebhookSenderOptions): WebhookSender {
  async function resolveAllowed(host: string): Promise<readonly LookupAddress[]> {
    const family = isIP(host);
    if (family !== 0) return [{ address: host, family }];
    const addresses = await resolve(host);
    // One private address among public ones is enough: which one is connected to is not ours to choose.
    if (!allowPrivate && addresses.some(({ address }) => !isPublicAddress(address))) {
      // Which address it was would tell a stranger what our name servers know.
      throw refusedWebhookUrl(`${host} resolves to an address that is not public`);
    }
    return addresses;
  }

  return {
    assertAllowed: (url) => assertWebhookUrl(url, { allowPrivate }),
    async send({ url, headers, body, timeoutMs, signal }) {
      // Again for every attempt: the setting may have changed since the URL was accepted. Judges literal addresses too.
      assertWebhookUrl(url, { allowPrivate });
      const timeout = AbortSignal.timeout(timeoutMs);
      const deadline = signal ? AbortSignal.any([signal, timeout]) : timeout;
      const target = new URL(url);
      const addresses = await before(deadline, resolveAllowed(hostOf(target)));
      const client = new Client(target.origin, { connect: { lookup: pinnedTo(addresses), timeout: timeoutMs } });
      try {
        return await post(client, { path: target.pathname + target.search, headers, body, deadline });
      } finally {
        await client.destroy();
      }
    },
  };
}

/** A look-up that knows one answer. */
function pinnedTo(addresses: readonly LookupAddress[]): LookupFunction {
  return (host, { all }, callback) => {
    const [first] = addresses;
    if (!first) callback(Object.assign(new Error(`${host} has no address`), { code: 'ENOTFOUND' }), []);
    else if (all === true) callback(null, [...addresses]);
    else callback(null, first.address, first.family);
  };
}

/** Name resolution cannot be aborted, only no longer waited for. */
async function before<Result>(deadline: AbortSignal, work: Promise<Result>): Promise<Result> {
  deadline.throwIfAborted();
  const { promise, reject } = Promise.withResolvers<never>();
  const giveUp = (): void => reject(deadline.reason);
  deadline.addEventListener('abort', giveUp, { once: true });
  try {
    return await Promise.race([work, promise]);
  } finally {
    deadline.removeEventListener('abort', giveUp);
  }
}

interface Post {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly deadline: AbortSignal;
}

async function post(client: Client, { path, headers, body, deadline }: Post): Promise<WebhookAnswer> {
  const answer = await client.request({
    method: 'POST',
    path,
    headers,
    body,
    signal: deadline,
    // The deadline is the only clock.
    headersTimeout: 0,
    bodyTimeout: 0,
  });
  // Thrown away unread, whatever its size; the connection goes with it.
  answer.body.on('error', () => {}).destroy();
  const retryAfter = answer.headers['retry-after'];
  return { status: answer.statusCode, retryAfter: typeof retryAfter === 'string' ? retryAfter : null };
}
