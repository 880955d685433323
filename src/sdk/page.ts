import { ask } from './request.ts';
import type { RequestOptions, Send } from './request.ts';

export interface PageParams {
  after?: string | undefined;
  limit?: number | undefined;
}

interface PageBody<Item> {
  readonly data: Item[];
  readonly has_more?: boolean;
}

/** One page of a list; `for await` walks this page and all that follow. */
export interface Page<Item> extends AsyncIterable<Item> {
  readonly data: readonly Item[];
  readonly hasMore: boolean;
  /** null on the last page. */
  next(): Promise<Page<Item> | null>;
}

export async function fetchPage<Item extends { readonly id: string }>(
  send: Send,
  path: string,
  query: object,
  options: RequestOptions,
): Promise<Page<Item>> {
  const body = await ask<PageBody<Item>>(send, { method: 'GET', path, query, ...options });
  const lastId = body.data.at(-1)?.id;
  const hasMore = body.has_more === true && lastId !== undefined;
  const page: Page<Item> = {
    data: body.data,
    hasMore,
    next: async () => (hasMore ? await fetchPage<Item>(send, path, { ...query, after: lastId }, options) : null),
    async *[Symbol.asyncIterator]() {
      for (let current: Page<Item> | null = page; current; current = await current.next()) yield* current.data;
    },
  };
  return page;
}
