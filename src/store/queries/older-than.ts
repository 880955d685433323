import { lt } from 'drizzle-orm';
import type { Column, SQL } from 'drizzle-orm';

/** What follows an id in a list whose newest come first: ids are in the order of their making. Everything where there is no id. */
export const olderThan = (id: Column, after: string | undefined): SQL | undefined =>
  after === undefined ? undefined : lt(id, after);
