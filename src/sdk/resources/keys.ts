import type { KeyLimits } from '../limit-types.ts';
import { fetchPage } from '../page.ts';
import type { Page } from '../page.ts';
import type { RequestOptions, Send } from '../request.ts';
import type { ApiKey, PageParams, Scope } from '../types.ts';

export interface Keys {
  /** The secret is in this answer alone. */
  create(
    params: { name: string; scopes?: Scope[]; expires_at?: number; limits?: KeyLimits },
    options?: RequestOptions,
  ): Promise<ApiKey & { secret: string }>;
  list(params?: PageParams, options?: RequestOptions): Promise<Page<ApiKey>>;
  /** `limits` replaces all of them; null: none. */
  update(
    id: string,
    params: { name?: string | undefined; limits?: KeyLimits | null | undefined },
    options?: RequestOptions,
  ): Promise<ApiKey>;
  revoke(id: string, options?: RequestOptions): Promise<{ id: string; deleted: boolean }>;
}

export const createKeys = (send: Send): Keys => ({
  async create(params, { signal } = {}) {
    const response = await send({ method: 'POST', path: '/api_keys', json: params, signal });
    return (await response.json()) as ApiKey & { secret: string };
  },
  list: (params = {}, options = {}) => fetchPage<ApiKey>(send, '/api_keys', params, options),
  async update(id, params, { signal } = {}) {
    const response = await send({ method: 'POST', path: `/api_keys/${encodeURIComponent(id)}`, json: params, signal });
    return (await response.json()) as ApiKey;
  },
  async revoke(id, { signal } = {}) {
    const response = await send({ method: 'DELETE', path: `/api_keys/${encodeURIComponent(id)}`, signal });
    return (await response.json()) as { id: string; deleted: boolean };
  },
});
