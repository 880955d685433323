import { ask } from '../request.ts';
import type { RequestOptions, Send } from '../request.ts';
import type { UsageBucket, UsagePage, UsageParams } from '../types/usage.ts';

export interface Usage {
  /** One page of days, oldest first. */
  list(params?: UsageParams, options?: RequestOptions): Promise<UsagePage>;
  /** All days, page by page. */
  days(params?: Omit<UsageParams, 'page'>, options?: RequestOptions): AsyncIterable<UsageBucket>;
}

export function createUsage(send: Send): Usage {
  const list: Usage['list'] = (params = {}, options = {}) =>
    ask(send, { method: 'GET', path: '/usage', query: params, ...options });
  return {
    list,
    async *days(params = {}, options = {}) {
      let page: string | null | undefined;
      do {
        const { data, next_page: next } = await list({ ...params, page: page ?? undefined }, options);
        yield* data;
        page = next;
      } while (page !== null);
    },
  };
}
