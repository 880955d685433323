import { waitUntil } from 'cloudflare:workers';
import { createApp } from '../src/gateway/app.ts';
import { createCloudflareServices } from '../src/platform/cloudflare/create-services.ts';
import type { CloudflareEnvironment } from '../src/platform/cloudflare/environment.ts';
import { runAfter } from '../src/platform/cloudflare/run-after.ts';
import { sweepExpiredFiles } from '../src/services/files/sweep-expired.ts';
import { ensureDefaultProject } from '../src/services/keys/ensure-default-project.ts';
import { sweepLeases } from '../src/services/leases/sweep.ts';
import type { Services } from '../src/services/ports.ts';
import { runUpkeep } from '../src/services/upkeep/run-upkeep.ts';
import { runOutbox } from '../src/services/webhooks/run-outbox.ts';

interface Gateway {
  readonly services: Services;
  readonly fetch: ReturnType<typeof createApp>['fetch'];
}

/** As wrangler.toml has it. */
const HOURLY = '17 * * * *';

/** One per isolate; the bindings of an environment stay the same. */
const gateways = new WeakMap<CloudflareEnvironment, Gateway>();

async function gatewayOf(env: CloudflareEnvironment): Promise<Gateway> {
  const existing = gateways.get(env);
  if (existing) return existing;
  const services: Services = createCloudflareServices(env, {
    wakeOutbox: () => {
      waitUntil(runOutbox(services));
    },
    runLater: (delayMs, task) => {
      waitUntil(runAfter(delayMs, task));
    },
  });
  if (env.LEVIGATE_API_KEY) await ensureDefaultProject(services, { secret: env.LEVIGATE_API_KEY });
  const gateway = { services, fetch: createApp(services).fetch };
  gateways.set(env, gateway);
  return gateway;
}

export default {
  async fetch(request, env, execution) {
    const gateway = await gatewayOf(env);
    return gateway.fetch(request, env, execution);
  },
  /** What no request would do: every minute, and once an hour what can wait. */
  async scheduled({ cron }, env) {
    const { services } = await gatewayOf(env);
    if (cron === HOURLY) await runUpkeep(services);
    else await Promise.all([sweepLeases(services), sweepExpiredFiles(services), runOutbox(services)]);
  },
} satisfies ExportedHandler<CloudflareEnvironment>;
