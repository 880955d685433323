import { describeOutbox } from '../outbox.ts';
import { startQueueDriver } from './queue-driver.ts';
import { emptyDatabase, nothingToClose } from './storage.ts';

describeOutbox('workerd', async () => ({
  db: await emptyDatabase(),
  start: startQueueDriver,
  [Symbol.asyncDispose]: nothingToClose,
}));
