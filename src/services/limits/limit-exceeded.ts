import { LevigateError } from '../../contract/index.ts';
import type { Context } from '../context.ts';
import { metricsOf } from '../metrics.ts';
import type { TakeAnswer } from '../ports.ts';

export interface Refused extends TakeAnswer {
  readonly refusedBy: string;
  /** The limit of requests at a time, if there is one. */
  readonly concurrent?: number | undefined;
}

/** The refusal as an error whose Retry-After is when the same would be granted. */
export function limitExceeded(
  { services, actor }: Context,
  { refusedBy, retryAfterMs, buckets, concurrent }: Refused,
): LevigateError {
  const retryAfterS = Math.max(1, Math.ceil(retryAfterMs / 1000));
  const bucket = buckets.find(({ name }) => name === refusedBy);
  const resource = refusedBy.split(':').at(-1) ?? refusedBy;
  metricsOf(services).limited.add({ limit: resource });
  const holder = refusedBy.includes(':') ? `this API key (${actor.keyId})` : `project ${actor.projectId}`;
  const what = bucket
    ? `${holder} may use ${bucket.limit} ${resource} a minute and has ${bucket.remaining} left`
    : `${holder} may have ${concurrent} requests at a time and has that many`;
  return new LevigateError('rate_limit_exceeded', `${what}: try again in ${retryAfterS} s, or have the limit raised`, {
    retryAfterS,
  });
}
