import { fetchPage } from '../page.ts';
import type { PageParams, PagePromise } from '../page.ts';
import { ask } from '../request.ts';
import type { RequestOptions, Send } from '../request.ts';
import type { Project, QueueStats } from '../types/admin.ts';
import type { ApiKey } from '../types/keys.ts';
import type { ProjectLimits } from '../types/limits.ts';

/** For who runs the installation: keys with the scopes `admin:read` and `admin:write`. */
export interface Admin {
  /** What waits for workers, over all projects. */
  queueStats(params?: { backbone?: string | undefined }, options?: RequestOptions): Promise<QueueStats>;
  readonly projects: {
    /** The key's secret is in this answer alone. */
    create(
      params: { name: string; limits?: ProjectLimits | undefined },
      options?: RequestOptions,
    ): Promise<Project & { api_key: ApiKey & { secret: string } }>;
    list(params?: PageParams, options?: RequestOptions): PagePromise<Project>;
    retrieve(id: string, options?: RequestOptions): Promise<Project>;
    /** `limits` replaces all of them; null: none. */
    update(
      id: string,
      params: { name?: string | undefined; limits?: ProjectLimits | null | undefined },
      options?: RequestOptions,
    ): Promise<Project>;
  };
}

export function createAdmin(send: Send): Admin {
  const PROJECTS = '/admin/projects';
  const pathOf = (id: string): string => `${PROJECTS}/${encodeURIComponent(id)}`;
  return {
    queueStats: (params = {}, options = {}) =>
      ask(send, { method: 'GET', path: '/admin/queue-stats', query: params, ...options }),
    projects: {
      create: (params, options = {}) => ask(send, { method: 'POST', path: PROJECTS, json: params, ...options }),
      list: (params = {}, options = {}) => fetchPage<Project>(send, PROJECTS, params, options),
      retrieve: (id, options = {}) => ask(send, { method: 'GET', path: pathOf(id), ...options }),
      update: (id, params, options = {}) => ask(send, { method: 'POST', path: pathOf(id), json: params, ...options }),
    },
  };
}
