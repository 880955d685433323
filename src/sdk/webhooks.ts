import { WebhookVerificationError } from './errors.ts';
import type { WebhookEvent } from './types/webhooks.ts';

type HeaderSource = Headers | Readonly<Record<string, string | readonly string[] | undefined>>;

const DEFAULT_TOLERANCE_S = 300;

/**
 * Verifies a webhook as Standard Webhooks 1.0.0 defines it, and reads it.
 * @param body the raw body, exactly as received: verify before any JSON parsing
 * @param secret `whsec_...` of the endpoint
 * @throws WebhookVerificationError when a header is missing, the time is off or no signature holds
 */
export async function unwrapWebhook(
  body: string,
  headers: HeaderSource,
  secret: string,
  toleranceS: number = DEFAULT_TOLERANCE_S,
): Promise<WebhookEvent> {
  const id = readHeader(headers, 'webhook-id');
  const timestamp = readHeader(headers, 'webhook-timestamp');
  const signatures = readHeader(headers, 'webhook-signature');
  assertFresh(timestamp, toleranceS);
  const key = await importKey(secret);
  const signed = new TextEncoder().encode(`${id}.${timestamp}.${body}`);
  for (const candidate of signatures.split(' ')) {
    const [version, encoded = ''] = candidate.split(',', 2);
    // `verify` compares in constant time.
    if (version === 'v1' && (await crypto.subtle.verify('HMAC', key, decodeBase64(encoded), signed))) {
      return JSON.parse(body) as WebhookEvent;
    }
  }
  throw new WebhookVerificationError(
    'no signature of this webhook matches: check the secret, and that the body is the raw one',
  );
}

function assertFresh(timestamp: string, toleranceS: number): void {
  const seconds = Number(timestamp);
  if (!Number.isInteger(seconds)) throw new WebhookVerificationError('webhook-timestamp is not a number of seconds');
  if (Math.abs(Date.now() / 1000 - seconds) > toleranceS) {
    throw new WebhookVerificationError(`webhook-timestamp is more than ${toleranceS} s away from this clock`);
  }
}

function importKey(secret: string): Promise<CryptoKey> {
  if (!secret.startsWith('whsec_')) {
    throw new WebhookVerificationError('the secret must be the one shown at creation, beginning with "whsec_"');
  }
  return crypto.subtle.importKey(
    'raw',
    decodeBase64(secret.slice('whsec_'.length)),
    { name: 'HMAC', hash: 'SHA-256' },
    false,
    ['verify'],
  );
}

function decodeBase64(text: string): Uint8Array<ArrayBuffer> {
  try {
    return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  } catch {
    return new Uint8Array(0);
  }
}

function readHeader(headers: HeaderSource, name: string): string {
  const value = headers instanceof Headers ? headers.get(name) : headers[name];
  if (typeof value === 'string' && value !== '') return value;
  throw new WebhookVerificationError(`the header ${name} is missing`);
}
