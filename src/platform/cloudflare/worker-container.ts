import { Container } from '@cloudflare/containers';
import { LevigateError } from '../../contract/errors.ts';
import { containerUrl } from './containers.ts';
import type { CloudflareEnvironment } from './environment.ts';

/** As gpu-worker/Dockerfile has it. */
const PORT = 8788;
const NAME = 'levigate:name';

/**
 * A container with the CPU worker of gpu-worker/. It gets the gateway's address and the worker token by its environment,
 * registers like any other worker, and sleeps when nobody asked it for ten minutes and no job is its own.
 */
export class WorkerContainer extends Container<CloudflareEnvironment> {
  override defaultPort = PORT;
  override sleepAfter = '10m';

  /** Resolves when it starts; it takes work once it has registered. */
  async wake(name: string): Promise<void> {
    await this.ctx.storage.put(NAME, name);
    await this.start({ envVars: workerVariables(name, this.env), enableInternet: true });
  }

  /** To a worker that runs. One that sleeps is not woken by what was meant for another life of it: it has another access token then. */
  override async fetch(request: Request): Promise<Response> {
    if (this.ctx.container?.running === true) return super.fetch(request);
    const asleep = new LevigateError('no_worker', 'this worker sleeps: ask another, or again in a moment');
    return Response.json(asleep.toBody(), { status: asleep.status, headers: { 'retry-after': '5' } });
  }

  /** A job makes no requests to its worker; without this look, one that takes longer would never end. */
  override async onActivityExpired(): Promise<void> {
    const name = await this.ctx.storage.get<string>(NAME);
    if (name !== undefined && (await this.#isBusy(name))) return;
    // SIGTERM: the worker tells the gateway that it goes.
    await this.stop();
  }

  /** What this needs of SQL is evaluated when it is asked for, not at the start-up of every isolate. */
  async #isBusy(name: string): Promise<boolean> {
    const { isContainerBusy } = await import('./is-container-busy.ts');
    return isContainerBusy(this.env.DB, name);
  }
}

/** @throws Error that names the variable that is missing */
function workerVariables(name: string, env: CloudflareEnvironment): Record<string, string> {
  const { LEVIGATE_PUBLIC_URL: gatewayUrl, LEVIGATE_WORKER_TOKEN: token } = env;
  if (!gatewayUrl)
    throw new Error('LEVIGATE_PUBLIC_URL is not set in wrangler.toml: containers could not reach the gateway');
  if (!token) throw new Error('LEVIGATE_WORKER_TOKEN is not set: wrangler secret put LEVIGATE_WORKER_TOKEN');
  return {
    LEVIGATE_GATEWAY_URL: gatewayUrl,
    LEVIGATE_WORKER_TOKEN: token,
    LEVIGATE_WORKER_NAME: name,
    LEVIGATE_WORKER_URL: containerUrl(name),
    LEVIGATE_WORKER_HOST: '0.0.0.0',
    LEVIGATE_WORKER_PORT: String(PORT),
    LEVIGATE_DEVICE: 'cpu',
  };
}
