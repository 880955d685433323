import { checkBackbones } from './check/check-backbones.ts';
import { checkRuntime } from './check/check-runtime.ts';
import { parseWorkerConfig } from './config.ts';

/**
 * What `levigate doctor` asks of a worker: one line of JSON about its device and its backbones. A process of its own,
 * because native code that does not fit the machine ends the process instead of throwing.
 */
const config = parseWorkerConfig({
  ...process.env,
  // Nobody is talked to.
  LEVIGATE_GATEWAY_URL: 'http://127.0.0.1',
  LEVIGATE_WORKER_TOKEN: 'x'.repeat(32),
});
const [runtime, backbones] = await Promise.all([checkRuntime(config), checkBackbones(config)]);
process.stdout.write(`${JSON.stringify({ runtime, backbones })}\n`, () => process.exit(0));
