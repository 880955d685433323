import { fetchPage } from '../page.ts';
import type { PageParams, PagePromise } from '../page.ts';
import { ask } from '../request.ts';
import type { RequestOptions, Send } from '../request.ts';
import type { ApiKey, Scope } from '../types/keys.ts';
import type { KeyLimits } from '../types/limits.ts';

export interface Keys {
  /** The secret is in this answer alone. */
  create(
    params: { name: string; scopes?: Scope[]; expires_at?: number; limits?: KeyLimits },
    options?: RequestOptions,
  ): Promise<ApiKey & { secret: string }>;
  list(params?: PageParams, options?: RequestOptions): PagePromise<ApiKey>;
  /** `limits` replaces all of them; null: none. */
  update(
    id: string,
    params: { name?: string | undefined; limits?: KeyLimits | null | undefined },
    options?: RequestOptions,
  ): Promise<ApiKey>;
  revoke(id: string, options?: RequestOptions): Promise<{ id: string; deleted: boolean }>;
}

const pathOf = (id: string): string => `/api_keys/${encodeURIComponent(id)}`;

export const createKeys = (send: Send): Keys => ({
  create: (params, options = {}) => ask(send, { method: 'POST', path: '/api_keys', json: params, ...options }),
  list: (params = {}, options = {}) => fetchPage<ApiKey>(send, '/api_keys', params, options),
  update: (id, params, options = {}) => ask(send, { method: 'POST', path: pathOf(id), json: params, ...options }),
  revoke: (id, options = {}) => ask(send, { method: 'DELETE', path: pathOf(id), ...options }),
});
