import { LevigateError } from '../contract/index.ts';
import type { Priority, Scope } from '../contract/index.ts';
import type { Services } from './ports.ts';

/** Who asks: a user's key, always of one project. */
export interface Actor {
  readonly projectId: string;
  readonly keyId: string;
  readonly scopes: readonly Scope[];
}

/** The first argument of every verb. */
export interface Context {
  readonly services: Services;
  readonly actor: Actor;
  readonly requestId: string;
  /** Aborted when the client goes away. */
  readonly signal: AbortSignal;
  /** Where nobody waits for the answer, the device serves others first. */
  readonly priority?: Priority | undefined;
}

/** First line of every verb that a user's key can reach. */
export function requireScope(ctx: Context, scope: Scope): void {
  if (ctx.actor.scopes.includes(scope)) return;
  throw new LevigateError(
    'insufficient_scope',
    `this API key lacks the scope "${scope}": use a key that has it, or create one with it`,
  );
}

export const toSeconds = (ms: number): number => Math.floor(ms / 1000);
export const toSecondsOrNull = (ms: number | null): number | null => (ms === null ? null : toSeconds(ms));
