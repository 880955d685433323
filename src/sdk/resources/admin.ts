import type { Project, ProjectLimits, QueueStats } from '../limit-types.ts';
import { fetchPage } from '../page.ts';
import type { Page } from '../page.ts';
import type { RequestOptions, Send } from '../request.ts';
import type { ApiKey, PageParams } from '../types.ts';

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
    list(params?: PageParams, options?: RequestOptions): Promise<Page<Project>>;
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
  const pathOf = (id: string): string => `/admin/projects/${encodeURIComponent(id)}`;
  return {
    async queueStats(params = {}, { signal } = {}) {
      const response = await send({ method: 'GET', path: '/admin/queue-stats', query: params, signal });
      return (await response.json()) as QueueStats;
    },
    projects: {
      async create(params, { signal } = {}) {
        const response = await send({ method: 'POST', path: '/admin/projects', json: params, signal });
        return (await response.json()) as Project & { api_key: ApiKey & { secret: string } };
      },
      list: (params = {}, options = {}) => fetchPage<Project>(send, '/admin/projects', params, options),
      async retrieve(id, { signal } = {}) {
        return (await (await send({ method: 'GET', path: pathOf(id), signal })).json()) as Project;
      },
      async update(id, params, { signal } = {}) {
        return (await (await send({ method: 'POST', path: pathOf(id), json: params, signal })).json()) as Project;
      },
    },
  };
}
