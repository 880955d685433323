import { startLevigate } from '../../tests/support/levigate-process.ts';
import type { LevigateProcess } from '../../tests/support/levigate-process.ts';
import { stopAtExit } from './stop-at-exit.ts';

/** `levigate start`, which ends with the benchmark however that ends, also before it is ready. */
export async function startStoppable(path: string, env: Record<string, string>): Promise<LevigateProcess> {
  const atExit = new DisposableStack();
  const levigate = await startLevigate(path, env, { onSpawn: (pid) => void atExit.use(stopAtExit(pid)) });
  return {
    ...levigate,
    [Symbol.asyncDispose]: async () => {
      await levigate[Symbol.asyncDispose]();
      atExit.dispose();
    },
  };
}
