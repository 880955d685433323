import { openNodeDatabase } from '../../src/platform/node/database.ts';
import { describeDatabase } from './database.ts';

const MIGRATIONS = new URL('../../migrations', import.meta.url).pathname;

describeDatabase('node', async () => {
  const opened = await openNodeDatabase(':memory:', MIGRATIONS);
  return {
    db: opened.db,
    [Symbol.asyncDispose]: () => Promise.resolve(opened[Symbol.dispose]()),
  };
});
