import { drizzle } from 'drizzle-orm/d1';
import { isWorkerBusy } from '../../services/workers/is-busy.ts';
import * as schema from '../../store/schema.ts';

/** Whether a job is leased to the worker of that name. */
export const isContainerBusy = (db: D1Database, name: string): Promise<boolean> =>
  isWorkerBusy({ db: drizzle(db, { schema }) }, name);
