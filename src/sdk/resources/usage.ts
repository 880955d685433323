import type { UsageBucket, UsagePage, UsageParams } from '../limit-types.ts';
import type { RequestOptions, Send } from '../request.ts';

export interface Usage {
  /** One page of days, oldest first. */
  list(params?: UsageParams, options?: RequestOptions): Promise<UsagePage>;
  /** All days, page by page. */
  days(params?: Omit<UsageParams, 'page'>, options?: RequestOptions): AsyncIterable<UsageBucket>;
}

export function createUsage(send: Send): Usage {
  async function list(params: UsageParams = {}, { signal }: RequestOptions = {}): Promise<UsagePage> {
    const response = await send({ method: 'GET', path: '/usage', query: params, signal });
    return (await response.json()) as UsagePage;
  }
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
