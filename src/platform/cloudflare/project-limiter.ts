import { DurableObject } from 'cloudflare:workers';
import type { SettleRequest, TakeAnswer, TakeRequest } from '../../services/ports.ts';
import { createProjectBuckets } from '../neutral/project-buckets.ts';

/**
 * The count of one project, in the memory of one Durable Object: exact over all isolates and locations, which the rate-limiting binding is
 * not (it counts by location, and says neither what is left nor until when). One that was evicted begins again with full buckets.
 */
export class ProjectLimiter extends DurableObject {
  readonly #buckets = createProjectBuckets(() => Date.now());

  take(request: TakeRequest): TakeAnswer {
    return this.#buckets.take(request);
  }

  settle(change: SettleRequest): void {
    this.#buckets.settle(change);
  }
}
