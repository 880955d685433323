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

/** A list that was asked for: await it for its first page, or walk all its items at once with `for await`. */
export type PagePromise<Item> = Promise<Page<Item>> & AsyncIterable<Item>;

export function fetchPage<Item extends { readonly id: string }>(
  send: Send,
  path: string,
  query: object,
  options: RequestOptions,
): PagePromise<Item> {
  const first = loadPage<Item>(send, path, query, options);
  return Object.assign(first, {
    async *[Symbol.asyncIterator]() {
      yield* await first;
    },
  });
}

async function loadPage<Item extends { readonly id: string }>(
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
    next: async () => (hasMore ? await loadPage<Item>(send, path, { ...query, after: lastId }, options) : null),
    async *[Symbol.asyncIterator]() {
      for (let current: Page<Item> | null = page; current; current = await current.next()) yield* current.data;
    },
  };
  return page;
}
