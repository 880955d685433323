import { createHmac } from 'node:crypto';
import type { Context } from '../context.ts';
import { requireScope } from '../context.ts';

/** The project's one secret for webhooks in Replicate's shape: made of the project's own, so that it needs no row and stays. */
export function getReplicateSecret(ctx: Context): string {
  requireScope(ctx, 'webhooks:read');
  return replicateSecretOf(ctx.actor.project.cacheSalt);
}

/** Standard base64 behind the prefix: Replicate's validator takes what follows the last low line. */
export const replicateSecretOf = (cacheSalt: string): string =>
  `whsec_${createHmac('sha256', cacheSalt).update('replicate webhooks').digest('base64')}`;
