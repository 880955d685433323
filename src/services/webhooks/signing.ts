import { createHmac, randomBytes } from 'node:crypto';

const SECRET_BYTES = 32;
const SECRET_PREFIX = 'whsec_';

/** `whsec_` and standard base64: clients read a secret without the prefix, or in the URL-safe form, differently. */
export const createSigningSecret = (): string => `${SECRET_PREFIX}${randomBytes(SECRET_BYTES).toString('base64')}`;

/** Six characters of 44 base64 digits: enough to tell secrets apart, nothing to guess from. */
export const hintOfSecret = (secret: string): string => `${SECRET_PREFIX}...${secret.slice(-6)}`;

export interface MessageToSign {
  /** Stays the same over all attempts: what receivers know a repeated message by. */
  readonly id: string;
  /** The time of this attempt; receivers refuse what is five minutes off. */
  readonly sentMs: number;
  /** Exactly as it is sent. */
  readonly body: string;
}

/**
 * The headers of Standard Webhooks 1.0.0.
 * @param secrets each signs; receivers accept a message when any of the signatures holds
 */
export function signatureHeaders(
  { id, sentMs, body }: MessageToSign,
  secrets: readonly string[],
): Readonly<Record<string, string>> {
  const timestamp = String(Math.floor(sentMs / 1000));
  return {
    'webhook-id': id,
    'webhook-timestamp': timestamp,
    'webhook-signature': secrets.map((secret) => sign(secret, `${id}.${timestamp}.${body}`)).join(' '),
  };
}

function sign(secret: string, content: string): string {
  const key = Buffer.from(secret.slice(SECRET_PREFIX.length), 'base64');
  return `v1,${createHmac('sha256', key).update(content).digest('base64')}`;
}
