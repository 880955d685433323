import { setTimeout as sleep } from 'node:timers/promises';
import { getLogger } from '@logtape/logtape';
import type { Device } from '../runtime/onnx-runtime.ts';
import type { GatewayClient } from './gateway-client.ts';
import { GatewayError, isTransient } from './gateway-error.ts';
import { retry } from './retry.ts';

const log = getLogger(['levigate', 'worker', 'registration']);

export interface RegistrationOptions {
  readonly client: Pick<GatewayClient, 'register' | 'heartbeat'>;
  readonly name: string;
  readonly url: string;
  readonly accessToken: string;
  readonly device: Device;
  readonly backbones: () => readonly string[];
  readonly queuedInputs: () => number;
  readonly signal: AbortSignal;
}

export interface Registration {
  /** As the gateway knows this worker now. */
  readonly workerId: string;
  /** Tells the gateway now what would wait for the next heartbeat, such as a backbone that became ready. */
  announce(): void;
  /** Resolves when the signal has fired. */
  readonly ended: Promise<void>;
}

/**
 * Registers, waiting for a gateway that is not there yet, and keeps the registration by heartbeats. A gateway that
 * no longer knows the worker is told again. Rejects when the gateway refuses the worker's token.
 */
export async function keepRegistered(options: RegistrationOptions): Promise<Registration> {
  const { client, signal } = options;
  const register = (isFirst: boolean) =>
    retry(
      () =>
        client.register({
          name: options.name,
          url: options.url,
          access_token: options.accessToken,
          device: options.device,
          backbones: [...options.backbones()],
          // Only at the start: later it would take this process's own leases away.
          replaces_name: isFirst,
        }),
      {
        signal,
        shouldRetry: isTransient,
        onRetry: (error) => log.info('the gateway is not there yet', { reason: String(error) }),
      },
    );

  let known = await register(true);
  log.info('registered', { worker: known.worker_id, url: options.url });
  let wake = new AbortController();

  async function beat(): Promise<void> {
    try {
      await client.heartbeat({
        worker_id: known.worker_id,
        backbones: [...options.backbones()],
        queued_inputs: options.queuedInputs(),
      });
    } catch (error) {
      log.warn('a heartbeat failed', { reason: String(error) });
      if (error instanceof GatewayError && error.status === 404) known = await register(false);
    }
  }

  async function loop(): Promise<void> {
    while (!signal.aborted) {
      wake = new AbortController();
      const pause = AbortSignal.any([wake.signal, signal]);
      await sleep(known.heartbeat_interval_ms, undefined, { signal: pause }).catch(() => {});
      if (!signal.aborted)
        await beat().catch((error: unknown) => log.error('registration failed', { reason: String(error) }));
    }
  }

  return {
    get workerId() {
      return known.worker_id;
    },
    announce: () => wake.abort(),
    ended: loop(),
  };
}
