import { describeDatabase } from '../database.ts';
import { emptyDatabase, nothingToClose } from './storage.ts';

describeDatabase('workerd', async () => ({ db: await emptyDatabase(), [Symbol.asyncDispose]: nothingToClose }));
