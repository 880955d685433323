import type { HonoRequest } from 'hono';
import type { CreationHeaders } from '../../../services/jobs/dedupe.ts';

/** What tells a retry of a creation from a second wish. */
export const creationHeaders = (request: Pick<HonoRequest, 'header'>): CreationHeaders => ({
  idempotencyKey: request.header('idempotency-key'),
  isRetry: Number(request.header('x-stainless-retry-count') ?? 0) > 0,
});
