import { DAY_MS, HOUR_MS, MINUTE_MS } from '../contract/index.ts';

/** How long what is kept, in milliseconds. */
export const RETENTION_MS = {
  /** What a request with an `Idempotency-Key` came to. */
  idempotencyKey: DAY_MS,
  /** What a first try came to, for a client that counts its retries and sends no key. */
  firstTry: 10 * MINUTE_MS,
  /** Webhook events, their delivery log, and whom a single event was told to. */
  webhookEvent: 30 * DAY_MS,
  /** How long a rotated signing secret still signs. */
  previousSigningSecret: DAY_MS,
  deadLetter: 30 * DAY_MS,
  /** As Replicate keeps them. */
  replicatePrediction: HOUR_MS,
  /** A worker that says nothing any more. */
  silentWorker: DAY_MS,
  /** A blob that no row names: it is written before its row, and no upload takes as long. */
  orphanBlob: DAY_MS,
} as const;
