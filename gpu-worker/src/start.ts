import { getLogger } from '@logtape/logtape';
import { deviceFrom } from './device/device-options.ts';
import { superviseLanes } from './device/device-lanes.ts';
import type { BackboneGraph } from './device/device.ts';
import { configureLogging } from './logging.ts';
import type { WorkerConfig } from './config.ts';

const log = getLogger(['levigate', 'worker']);

const stop = new AbortController();
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => stop.abort());

try {
  // Two processes start beside each other: while the device's loads its native code, this one loads everything else.
  const preload = Promise.withResolvers<BackboneGraph | null>();
  await using device = superviseLanes({ ...deviceFrom(process.env), preload: preload.promise });
  const { parseWorkerConfig } = await import('./config.ts');
  const config = parseWorkerConfig(process.env);
  await configureLogging(config.logLevel);
  // The parent is gone, and with it (embedded) the gateway: its job is found again through its lease.
  if (config.isLeashed) process.on('disconnect', () => process.exit(0));
  // Read before the rest is loaded, which lets nothing else happen meanwhile.
  preload.resolve(await findFirst(config));
  const { runWorker } = await import('./worker.ts');
  await runWorker(config, { device, stop: stop.signal });
  process.exit(0);
} catch (error) {
  if (stop.signal.aborted) process.exit(0);
  log.fatal('the worker ends', { error });
  process.stderr.write(`levigate worker: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}

/** The first backbone, where an earlier start has prepared it: the device process opens it while this one still loads. */
async function findFirst({ backbones: [name], catalogue }: WorkerConfig): Promise<BackboneGraph | null> {
  if (name === undefined || catalogue.some((own) => own.name === name)) return null;
  const [{ findPrepared }, { toGraph }] = await Promise.all([
    import('./backbones/prepared-folder.ts'),
    import('./resident/to-graph.ts'),
  ]);
  const prepared = await findPrepared(name, process.env).catch(() => null);
  return prepared && toGraph(prepared);
}
