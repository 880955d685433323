import type { BaseSQLiteDatabase } from 'drizzle-orm/sqlite-core';
import type { BatchItem, BatchResponse } from 'drizzle-orm/batch';
import type * as schema from './schema.ts';

/**
 * What D1 and the Node driver have in common. `batch` is atomic on both; there is no `transaction`,
 * because D1 refuses it and on one shared connection another request's write would join it.
 */
export type Database = Omit<BaseSQLiteDatabase<'async', unknown, typeof schema>, 'transaction'> & {
  batch<Item extends BatchItem<'sqlite'>, Items extends readonly [Item, ...Item[]]>(
    items: Items,
  ): Promise<BatchResponse<Items>>;
};
