import type { Clock, RateLimiter } from '../../services/ports.ts';
import { createProjectBuckets } from '../neutral/project-buckets.ts';
import type { ProjectBuckets } from '../neutral/project-buckets.ts';

/** Projects with limits that were active lately; one that leaves begins again with full buckets. */
const MAX_PROJECTS = 10_000;

/** Counts in the memory of this process, which is the whole gateway on one machine. */
export function createRateLimiter(clock: Clock): RateLimiter {
  const projects = new Map<string, ProjectBuckets>();

  function bucketsOf(projectId: string): ProjectBuckets {
    const found = projects.get(projectId) ?? createProjectBuckets(() => clock.nowMs());
    projects.delete(projectId);
    projects.set(projectId, found);
    const [oldest] = projects.keys();
    if (projects.size > MAX_PROJECTS && oldest !== undefined) projects.delete(oldest);
    return found;
  }

  return {
    take: (projectId, request) => Promise.resolve(bucketsOf(projectId).take(request)),
    settle: (projectId, change) => Promise.resolve(bucketsOf(projectId).settle(change)),
  };
}
