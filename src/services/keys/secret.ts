import { hash, randomBytes } from 'node:crypto';

const PREFIX = 'lvg_';
const SHOWN_CHARS = 12;

/** A new API key's secret: 256 random bits behind a prefix that secret scanners can look for. */
export const createSecret = (): string => PREFIX + randomBytes(32).toString('base64url');

/** Synchronous node:crypto is 1.8x WebCrypto and runs on workerd too; in one call a third of the time of three. @returns hex */
export const hashSecret = (secret: string): string => hash('sha256', secret);

/** What a list shows to recognise a key by; never more than a third of a short secret of the user's own. */
export const shownPrefix = (secret: string): string =>
  secret.slice(0, Math.min(SHOWN_CHARS, Math.floor(secret.length / 3)));
