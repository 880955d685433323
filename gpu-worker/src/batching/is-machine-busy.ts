import { availableParallelism, loadavg } from 'node:os';

/** Whether other processes want the cores too: what is timed then says nothing. Where the system does not tell (Windows), it is taken for quiet. */
export function isMachineBusy(): boolean {
  const [lastMinute = 0] = loadavg();
  return lastMinute > availableParallelism();
}
