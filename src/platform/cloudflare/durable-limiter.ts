import type { RateLimiter } from '../../services/ports.ts';
import type { ProjectLimiter } from './project-limiter.ts';

export type ProjectLimiters = DurableObjectNamespace<ProjectLimiter>;

/** One object a project. */
export const createDurableLimiter = (objects: ProjectLimiters): RateLimiter => ({
  take: (projectId, request) => objects.getByName(projectId).take(request),
  settle: (projectId, change) => objects.getByName(projectId).settle(change),
});
