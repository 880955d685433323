import { LevigateError } from '../../contract/index.ts';
import { hashSecret } from '../keys/secret.ts';
import type { Services } from '../ports.ts';

/** Rejects everything but a worker token; a user's API key is none. */
export function verifyWorkerToken(services: Services, token: string | null): void {
  if (token !== null && services.settings.workerTokenHashes.includes(hashSecret(token))) return;
  throw new LevigateError(
    'invalid_api_key',
    'this is not a worker token of this gateway: set LEVIGATE_WORKER_TOKEN to the same value on both sides',
  );
}
