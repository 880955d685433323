import { randomBytes } from 'node:crypto';
import { Webhook } from 'standardwebhooks';

const SECRET_BYTES = 32;

/** `whsec_` and standard base64: clients read a secret without the prefix, or in the URL-safe form, differently. */
export const createSigningSecret = (): string => `whsec_${randomBytes(SECRET_BYTES).toString('base64')}`;

/** Six characters of 44 base64 digits: enough to tell secrets apart, nothing to guess from. */
export const hintOfSecret = (secret: string): string => `whsec_...${secret.slice(-6)}`;

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
export function signatureHeaders(message: MessageToSign, secrets: readonly string[]): Readonly<Record<string, string>> {
  const sent = new Date(message.sentMs);
  return {
    'webhook-id': message.id,
    'webhook-timestamp': String(Math.floor(message.sentMs / 1000)),
    'webhook-signature': secrets.map((secret) => new Webhook(secret).sign(message.id, sent, message.body)).join(' '),
  };
}
