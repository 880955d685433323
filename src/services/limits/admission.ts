import type { KeyLimits, ProjectLimits } from '../../contract/index.ts';
import type { BucketAsk, BucketState } from '../ports.ts';

/** What OpenAI's headers tell apart. */
export type Resource = 'requests' | 'tokens';

/** What a request took and what its caller has left, for the headers of its answer; empty for a caller without limits. */
export interface Admission {
  readonly states: Map<Resource, BucketState>;
}

export const createAdmission = (): Admission => ({ states: new Map() });

const FIELD = { requests: 'requests_per_minute', tokens: 'tokens_per_minute' } as const satisfies Record<
  Resource,
  string
>;

/** Whose use is counted. */
interface Limited {
  readonly keyId: string;
  readonly limits: KeyLimits | null;
  readonly project: { readonly limits: ProjectLimits | null };
}

/** The buckets a caller's use counts in: its project's and its key's own; none without limits. */
export function bucketsFor({ keyId, limits, project }: Limited, resource: Resource, amount: number): BucketAsk[] {
  const field = FIELD[resource];
  const ofProject = project.limits?.[field];
  const ofKey = limits?.[field];
  return [
    ...(ofProject === undefined ? [] : [{ name: resource, perMinute: ofProject, amount }]),
    ...(ofKey === undefined ? [] : [{ name: `${keyId}:${resource}`, perMinute: ofKey, amount }]),
  ];
}

/** Keeps the tighter of the buckets: that is the one the caller meets first. */
export function noteStates({ states }: Admission, resource: Resource, buckets: readonly BucketState[]): void {
  const [tightest] = buckets.toSorted((a, b) => a.remaining - b.remaining);
  if (tightest) states.set(resource, tightest);
}
