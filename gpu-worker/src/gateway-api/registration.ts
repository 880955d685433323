import { setTimeout as sleep } from 'node:timers/promises';
import { getLogger } from '@logtape/logtape';
import { RESIDENT_NAME_CHARS } from '../../../src/contract/worker-protocol.ts';
import type { WorkerHeartbeatMessage } from '../../../src/contract/worker-protocol.ts';
import type { Device } from '../runtime/onnx-runtime.ts';
import type { GatewayClient } from './gateway-client.ts';
import { GatewayError, isTransient } from './gateway-error.ts';
import { retry } from './retry.ts';

const log = getLogger(['levigate', 'worker', 'registration']);

// As many as a heartbeat may name.
const MOST_RESIDENTS_TOLD = 1_024;

export interface RegistrationOptions {
  readonly client: Pick<GatewayClient, 'register' | 'heartbeat' | 'leave'>;
  readonly name: string;
  readonly url: string;
  readonly accessToken: string;
  readonly device: Device;
  readonly backbones: () => readonly string[];
  /** What it has to do now, and what it holds. */
  readonly load: () => WorkerLoad;
  readonly signal: AbortSignal;
}

export interface WorkerLoad {
  readonly queuedInputs: number;
  readonly queuedTokens: number;
  readonly requestsInFlight: number;
  /** Hashes, the one used last first. */
  readonly residentAdapters: readonly string[];
}

export interface Registration {
  /** As the gateway knows this worker now. */
  readonly workerId: string;
  /** Tells the gateway now what would wait for the next heartbeat, such as a backbone that became ready. */
  announce(): void;
  /** Resolves when the signal has fired and the gateway was told, if it can be reached. */
  readonly ended: Promise<void>;
  /** When the last request is answered: the gateway forgets this worker at once. */
  leave(): Promise<void>;
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

  function describe(): WorkerHeartbeatMessage {
    const { queuedInputs, queuedTokens, requestsInFlight, residentAdapters } = options.load();
    return {
      worker_id: known.worker_id,
      backbones: [...options.backbones()],
      queued_inputs: queuedInputs,
      queued_tokens: queuedTokens,
      in_flight: requestsInFlight,
      is_draining: signal.aborted,
      resident_adapters: residentAdapters
        .slice(0, MOST_RESIDENTS_TOLD)
        .map((sha256) => sha256.slice(0, RESIDENT_NAME_CHARS)),
    };
  }

  async function beat(): Promise<void> {
    try {
      await client.heartbeat(describe());
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
    // Said once more while requests in flight are finished: none is to follow them.
    await client.heartbeat(describe()).catch(() => {});
  }

  return {
    get workerId() {
      return known.worker_id;
    },
    announce: () => wake.abort(),
    ended: loop(),
    leave: () => client.leave(known.worker_id),
  };
}
