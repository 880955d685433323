import { join } from 'node:path';
import { HOUR_MS } from '../src/contract/durations.ts';
import { createApp } from '../src/gateway/app.ts';
import { BATCH_ANSWERS } from '../src/gateway/batch/answers.ts';
import { createTeiApp } from '../src/gateway/facades/tei/app.ts';
import type { NodeConfig } from '../src/platform/node/config.ts';
import { EMBEDDED_WORKER_NAME } from '../src/platform/node/embedded-worker.ts';
import { startHttpServer } from '../src/platform/node/http-server.ts';
import type { Fetch } from '../src/platform/node/http-server.ts';
import { startIntervalTask } from '../src/platform/node/interval-task.ts';
import { openNodeServices } from '../src/platform/node/open-services.ts';
import { provideApiKey } from '../src/platform/node/provide-api-key.ts';
import { untilReady } from '../src/platform/node/until-ready.ts';
import { runBatches } from '../src/services/batches/run-batches.ts';
import { sweepExpiredFiles } from '../src/services/files/sweep-expired.ts';
import { sweepLeases } from '../src/services/leases/sweep.ts';
import { sweepExpiredUploads } from '../src/services/uploads/sweep-expired.ts';
import { runUpkeep } from '../src/services/upkeep/run-upkeep.ts';
import { runOutbox } from '../src/services/webhooks/run-outbox.ts';
import { retireWorkers } from '../src/services/workers/retire.ts';

const OUTBOX_INTERVAL_MS = 1_000;
const BATCHES_INTERVAL_MS = 5_000;

export interface NodeGateway extends AsyncDisposable {
  readonly fetch: Fetch;
  /** Resolves with true when a prediction would be accepted, with false when disposed before. */
  readonly untilReady: Promise<boolean>;
}

/** The gateway over a data folder, with its clock. Prints the key it makes where there is none. */
export async function openNodeGateway(config: NodeConfig, migrationsFolder: string): Promise<NodeGateway> {
  await using stack = new AsyncDisposableStack();
  let wakeOutbox = (): void => {};
  let wakeBatches = (): void => {};
  const { services } = stack.use(
    await openNodeServices(config, {
      migrationsFolder,
      wakeOutbox: () => wakeOutbox(),
      wakeBatches: () => wakeBatches(),
    }),
  );
  const newKey = await provideApiKey(services, config);
  if (newKey !== null) print(`API key, shown this once and kept in ${join(config.dataFolder, 'api-key')}:\n${newKey}`);
  // The worker of a process that was killed: its row would look alive for some seconds yet.
  if (config.embeddedWorker) await retireWorkers(services, EMBEDDED_WORKER_NAME);

  const outbox = stack.use(
    startIntervalTask('outbox', OUTBOX_INTERVAL_MS, async (signal) => void (await runOutbox(services, signal))),
  );
  wakeOutbox = () => outbox.wake();
  const batches = stack.use(
    startIntervalTask('batches', BATCHES_INTERVAL_MS, async (signal) => {
      await runBatches(services, { answers: BATCH_ANSWERS, signal });
    }),
  );
  wakeBatches = () => batches.wake();
  stack.use(
    startIntervalTask('leases', config.settings.leaseDurationMs / 6, async () => void (await sweepLeases(services))),
  );
  stack.use(
    startIntervalTask('files', 60_000, async () => {
      await sweepExpiredFiles(services);
      await sweepExpiredUploads(services);
    }),
  );
  // At the start as well: a gateway may never run for an hour.
  stack.use(startIntervalTask('upkeep', HOUR_MS, () => runUpkeep(services))).wake();
  if (config.tei !== null) {
    const { fetch } = createTeiApp(services, config.tei.model);
    const { url } = stack.use(await startHttpServer({ fetch, host: config.host, port: config.tei.port }));
    print(`tei ${url}`);
  }
  const stopping = stack.adopt(new AbortController(), (controller) => controller.abort());
  const { fetch } = createApp(services);
  const disposal = stack.move();
  return {
    fetch,
    untilReady: untilReady(services, stopping.signal),
    [Symbol.asyncDispose]: () => disposal.disposeAsync(),
  };
}

const print = (line: string): void => void process.stdout.write(`${line}\n`);
