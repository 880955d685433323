import { getLogger } from '@logtape/logtape';
import { parseWorkerConfig } from './config.ts';
import { superviseLanes } from './device/device-lanes.ts';
import { configureLogging } from './logging.ts';

const log = getLogger(['levigate', 'worker']);

const stop = new AbortController();
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => stop.abort());

try {
  const config = parseWorkerConfig(process.env);
  await configureLogging(config.logLevel);
  // The parent is gone, and with it (embedded) the gateway: its job is found again through its lease.
  if (config.isLeashed) process.on('disconnect', () => process.exit(0));
  // Two processes start beside each other: while the device's loads its native code, this one loads everything else.
  await using device = superviseLanes({ wanted: config.device, threads: config.threads });
  const { runWorker } = await import('./worker.ts');
  await runWorker(config, { device, stop: stop.signal });
  process.exit(0);
} catch (error) {
  if (stop.signal.aborted) process.exit(0);
  log.fatal('the worker ends', { error });
  process.stderr.write(`levigate worker: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}
