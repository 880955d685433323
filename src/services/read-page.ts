import { toPage } from '../contract/index.ts';
import type { Page, PageQuery } from '../contract/index.ts';

interface Reading<Row, Query, Item> {
  readonly read: (query: Query) => Promise<readonly Row[]>;
  readonly toItem: (row: Row) => Item;
}

/** One page. A row more is read than is shown, which tells whether there are others. */
export async function readPage<Row, Query extends Pick<PageQuery, 'limit'>, Item extends { readonly id: string }>(
  query: Query,
  { read, toItem }: Reading<Row, Query, Item>,
): Promise<Page<Item>> {
  const rows = await read({ ...query, limit: query.limit + 1 });
  return toPage(
    rows.slice(0, query.limit).map((row) => toItem(row)),
    rows.length > query.limit,
  );
}
