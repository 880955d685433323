import { waitUntil } from 'cloudflare:workers';
import { createApp } from '../src/gateway/app.ts';
import { BATCH_ANSWERS } from '../src/gateway/batch/answers.ts';
import { createCloudflareServices } from '../src/platform/cloudflare/create-services.ts';
import type { CloudflareServices } from '../src/platform/cloudflare/create-services.ts';
import { refuseFlood } from '../src/platform/cloudflare/refuse-flood.ts';
import { runBatches } from '../src/services/batches/run-batches.ts';
import { sweepExpiredFiles } from '../src/services/files/sweep-expired.ts';
import { ensureDefaultProject } from '../src/services/keys/ensure-default-project.ts';
import { sweepLeases } from '../src/services/leases/sweep.ts';
import type { Services } from '../src/services/ports.ts';
import { recordDeadLetters } from '../src/services/upkeep/record-dead-letters.ts';
import { sweepExpiredUploads } from '../src/services/uploads/sweep-expired.ts';
import { runUpkeep } from '../src/services/upkeep/run-upkeep.ts';
import { wakeForQueuedJobs } from '../src/services/workers/wake-for-jobs.ts';

interface Gateway extends CloudflareServices {
  readonly fetch: ReturnType<typeof createApp>['fetch'];
}

/** As wrangler.toml has them. */
const HOURLY = '17 * * * *';
const DEAD_LETTERS = 'levigate-dead';

// An invocation may make a thousand queries and requests; the next minute goes on.
const workOnBatches = (services: Services): Promise<unknown> =>
  runBatches(services, { answers: BATCH_ANSWERS, forMs: 20_000, maxSteps: 4, slice: { lines: 50, forMs: 10_000 } });

/** One per isolate; the bindings of an environment stay the same. */
const gateways = new WeakMap<Bindings, Gateway>();

async function gatewayOf(env: Bindings): Promise<Gateway> {
  const existing = gateways.get(env);
  if (existing) return existing;
  const opened = createCloudflareServices(env, { waitUntil, workOnBatches });
  if (env.LEVIGATE_API_KEY) await ensureDefaultProject(opened.services, { secret: env.LEVIGATE_API_KEY });
  const gateway = { ...opened, fetch: createApp(opened.services).fetch };
  gateways.set(env, gateway);
  return gateway;
}

/** The Worker's events, whichever comes first. */
export const gateway = {
  /** HTTP: everything under /v1, /worker/v1 and the rest of the app. */
  async fetch(request, env, execution) {
    const refused = await refuseFlood(request, env.RATE_LIMITER);
    if (refused) return refused;
    const opened = await gatewayOf(env);
    return opened.fetch(request, env, execution);
  },
  /** Wakes of the outbox, and what the queue gave up. */
  async queue({ queue, messages }, env) {
    const { services, outbox } = await gatewayOf(env);
    if (queue.startsWith(DEAD_LETTERS)) await recordDeadLetters(services, queue, messages);
    else await outbox.consume(messages);
  },
  /** What no request would do: every minute, and once an hour what can wait. */
  async scheduled({ cron }, env) {
    const { services, outbox } = await gatewayOf(env);
    if (cron === HOURLY) await runUpkeep(services);
    else
      await Promise.all([
        sweepLeases(services),
        sweepExpiredFiles(services),
        sweepExpiredUploads(services),
        outbox.tick(),
        wakeForQueuedJobs(services),
        workOnBatches(services),
      ]);
  },
} satisfies ExportedHandler<Bindings>;
