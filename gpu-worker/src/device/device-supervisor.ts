import { setTimeout as sleep } from 'node:timers/promises';
import { getLogger } from '@logtape/logtape';
import { LevigateError } from '../../../src/contract/errors.ts';
import type { Device } from '../runtime/onnx-runtime.ts';
import type { DeviceInfo, DevicePort } from './device.ts';
import { DeviceGoneError, startDeviceProcess } from './device-process.ts';
import type { DeviceProcess, DeviceProcessOptions } from './device-process.ts';
import type { DeviceAnswer } from './messages.ts';
import { trainOn } from './train-on.ts';

const log = getLogger(['levigate', 'worker', 'device']);

const START_ATTEMPTS = 5;
const FIRST_START_DELAY_MS = 250;

export interface DeviceSupervisor extends DevicePort, AsyncDisposable {
  /** Of the process in service; undefined while none runs. */
  readonly pid: number | undefined;
}

/**
 * Keeps one device process alive. `session.run` blocks its process and native code may end it, so it is
 * killed by signal, never asked, and a new one takes over; batches in flight go to the new one, once.
 */
export function superviseDevice(options: Omit<DeviceProcessOptions, 'excluded'>): DeviceSupervisor {
  const excluded = new Set<Device>();
  let isClosed = false;
  let inService: DeviceProcess | undefined;
  let starting: Promise<DeviceProcess> | undefined;

  function current(): Promise<DeviceProcess> {
    if (isClosed) return Promise.reject(new LevigateError('worker_failed', 'The worker is shutting down. Try again.'));
    starting ??= startWithRetries();
    starting.catch(() => (starting = undefined));
    return starting;
  }

  async function startWithRetries(): Promise<DeviceProcess> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await startOne();
      } catch (error) {
        if (!(error instanceof DeviceGoneError)) throw error;
        if (options.wanted === 'auto' && error.probing && error.probing !== 'cpu') excluded.add(error.probing);
        log.error('the device process did not start', { attempt, reason: error.message });
        if (isClosed || attempt === START_ATTEMPTS) throw toWorkerFailed(error);
        await sleep(FIRST_START_DELAY_MS * 2 ** (attempt - 1));
      }
    }
  }

  async function startOne(): Promise<DeviceProcess> {
    const started = await startDeviceProcess({ ...options, excluded: [...excluded] });
    if (isClosed) started.kill();
    inService = started;
    const { device, threads, reasons } = started.info;
    log.info('the device process is ready', { device, threads, reasons, pid: started.pid });
    void started.exited.then(() => {
      inService = undefined;
      starting = undefined;
      if (isClosed) return;
      log.warn('the device process ended and is started again', { pid: started.pid });
      current().catch((error: unknown) => log.error('no device process', { error }));
    });
    return started;
  }

  async function callTwice(run: (device: DeviceProcess) => Promise<DeviceAnswer>): Promise<DeviceAnswer> {
    const first = await current();
    try {
      return await run(first);
    } catch (error) {
      if (!(error instanceof DeviceGoneError)) throw error;
    }
    // Its channel may close before its exit is known; only then is there a new one to ask.
    await first.exited;
    try {
      return await run(await current());
    } catch (error) {
      throw error instanceof DeviceGoneError ? toWorkerFailed(error) : error;
    }
  }

  const info = current().then((started): DeviceInfo => started.info);
  info.catch(() => {});

  return {
    info,
    get pid() {
      return inService?.pid;
    },
    load: async (backbone) => {
      await callTwice((device) => device.call({ type: 'load', backbone }));
    },
    embed: async (backbone, batch) => {
      const answer = await callTwice((device) => device.call({ type: 'embed', backbone, batch }));
      if (answer.type !== 'embedded') throw new Error(`internal: the device answered ${answer.type} to embed`);
      const { features, inferenceMs, startMs } = answer;
      return { features, inferenceMs, startMs, pid: inService?.pid };
    },
    train: async function* (request) {
      try {
        return yield* trainOn(await current(), request);
      } catch (error) {
        throw error instanceof DeviceGoneError ? toWorkerFailed(error) : error;
      }
    },
    [Symbol.asyncDispose]: async () => {
      isClosed = true;
      const last = inService;
      last?.kill();
      await last?.exited;
    },
  };
}

const toWorkerFailed = (cause: DeviceGoneError): LevigateError =>
  new LevigateError('worker_failed', `The worker lost its device: ${cause.message}. Try again.`, { cause });
