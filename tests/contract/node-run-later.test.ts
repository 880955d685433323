import { createLaterTasks } from '../../src/platform/node/later-tasks.ts';
import { describeRunLater } from './run-later.ts';

describeRunLater('node', async () => {
  const { runLater, [Symbol.asyncDispose]: end } = createLaterTasks();
  const dispose = async (): Promise<void> => end();
  return { runLater, clock: { nowMs: () => Date.now() }, settle: dispose, [Symbol.asyncDispose]: dispose };
});
