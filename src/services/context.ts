import { LevigateError } from '../contract/index.ts';
import type { KeyLimits, Priority, Scope } from '../contract/index.ts';
import type { ProjectRow } from '../store/queries/projects.ts';
import type { Admission } from './limits/admission.ts';
import type { Span } from '../telemetry/tracer.ts';
import type { Services } from './ports.ts';

/** Who asks: a user's key, always of one project. */
export interface Actor {
  readonly projectId: string;
  readonly keyId: string;
  readonly scopes: readonly Scope[];
  /** As read half a minute ago at most. */
  readonly project: ProjectRow;
  /** Of the key, beside those of the project. */
  readonly limits: KeyLimits | null;
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
  /** What the caller's limits have left. */
  readonly admission: Admission;
  /** How long the caller lets a prediction wait for a worker to wake. */
  readonly scaleUpMs?: number | undefined;
  /** The span that this request is, where it is traced. */
  readonly span?: Span | undefined;
  /** The caller's W3C trace context, for a worker that traces where this gateway does not. */
  readonly traceparent?: string | undefined;
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
