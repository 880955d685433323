import { hostname } from 'node:os';
import { getLogger } from '@logtape/logtape';
import type { WorkerConfig } from './config.ts';
import type { DeviceLanes } from './device/device-lanes.ts';
import { createGatewayClient } from './gateway-api/gateway-client.ts';
import { keepRegistered } from './gateway-api/registration.ts';
import { runJobLoop } from './jobs/job-loop.ts';
import { createActivity } from './server/activity.ts';
import { createIdleSignal } from './server/idle-signal.ts';
import { listen } from './server/listen.ts';
import { openServing } from './serving.ts';

const log = getLogger(['levigate', 'worker']);

const BUSY_POLL_MS = 1_000;

export interface WorkerParts {
  /** Started already. */
  readonly device: DeviceLanes;
  /** Takes no new work from then on. */
  readonly stop: AbortSignal;
}

/**
 * Runs a worker until it is told to stop, or nothing was asked of it for as long as is set: then takes no new work, checkpoints and releases its
 * job, finishes the predictions in flight, and resolves. Rejects when it cannot start at all.
 */
export async function runWorker(config: WorkerConfig, { device, stop }: WorkerParts): Promise<void> {
  const requests = createActivity();
  const jobs = createActivity();
  using idle = createIdleSignal([requests, jobs], { afterMs: config.idleExitMs });
  const signal = AbortSignal.any([stop, idle.signal]);
  const client = createGatewayClient({ url: config.gatewayUrl, workerToken: config.workerToken });
  await using serving = await openServing(config, { device, client, requests, jobs, signal });
  const { backbones } = serving;
  await using stack = new AsyncDisposableStack();
  const listener = stack.use(await listen(serving.app, config));
  const registering = keepRegistered({
    client,
    name: config.name,
    url: config.publicUrl ?? `http://${urlHost(config.host)}:${listener.port}`,
    accessToken: serving.accessToken,
    device: (await device.info).device,
    backbones: () => backbones.ready,
    load: serving.load,
    signal,
  });
  const preparing = serving.prepare();
  const registration = await registering;
  // Jobs wait at the gateway until this worker could run one.
  await preparing;
  registration.announce();
  for (const sha256 of config.pinnedAdapters) serving.pin(sha256);
  await runJobLoop({
    signal,
    // A question costs gateway and worker about what a prediction does: while those keep coming, a job waits a moment longer.
    pollMs: () =>
      requests.idleForMs(performance.now()) < BUSY_POLL_MS
        ? Math.max(BUSY_POLL_MS, config.jobPollMs)
        : config.jobPollMs,
    claim: () => client.claim(registration.workerId),
    run: async (lease, shutdown) => {
      using _busy = jobs.begin();
      // With the first job: reading training files is a third of the code.
      const { runJob } = await import('./jobs/run-job.ts');
      await runJob({ client, backbones, device }, lease, shutdown);
    },
  });
  log.info('draining', { reason: idle.signal.aborted ? 'nothing was asked for' : 'signal' });
  await registration.ended;
  // Requests in flight are answered before the gateway forgets who answers them.
  await stack.disposeAsync();
  await registration.leave().catch((error: unknown) => log.warn('the gateway was not told', { reason: String(error) }));
}

/** A wildcard is no address to be reached at; in a container's network the host name is. */
function urlHost(host: string): string {
  if (host === '0.0.0.0' || host === '::') return hostname();
  return host.includes(':') ? `[${host}]` : host;
}
