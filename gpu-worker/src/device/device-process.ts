import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { BackboneGraph, DeviceInfo } from './device.ts';
import type { DeviceOptions } from './device-options.ts';
import type { DeviceAnswer, DeviceRequest } from './messages.ts';
import { fromPlainError } from './plain-error.ts';
import type { Device } from '../runtime/onnx-runtime.ts';

export interface DeviceProcessOptions extends DeviceOptions {
  /** A backbone that the process opens as soon as it can, before it is asked for. */
  readonly preload?: Promise<BackboneGraph | null>;
  readonly script?: URL;
  /** With work pending, a process that says nothing for so long is killed. */
  readonly silenceLimitMs?: number;
  readonly startLimitMs?: number;
}

/** The process ended with work pending, or would not start. */
export class DeviceGoneError extends Error {
  override readonly name = 'DeviceGoneError';
  /** The device that was being probed when it ended. */
  readonly probing: Device | null;

  constructor(message: string, probing: Device | null) {
    super(message);
    this.probing = probing;
  }
}

type Unnumbered<Request> = Request extends { readonly id: number } ? Omit<Request, 'id'> : never;
export type DeviceCall = Unnumbered<DeviceRequest>;
export type OnAnswer = (answer: Extract<DeviceAnswer, { id: number }>) => void;

export interface DeviceProcess {
  readonly info: DeviceInfo;
  readonly pid: number | undefined;
  readonly exited: Promise<void>;
  /** A number that ties several calls together. */
  nextId(): number;
  /** Resolves with the closing answer; `onEvent` sees those before it. Rejects with DeviceGoneError or the device's own error. */
  call(call: DeviceCall, options?: { readonly id?: number; readonly onEvent?: OnAnswer }): Promise<DeviceAnswer>;
  /** Asks for no answer. */
  tell(request: DeviceRequest): void;
  kill(): void;
}

interface Pending {
  readonly resolve: (answer: DeviceAnswer) => void;
  readonly reject: (error: Error) => void;
  readonly onEvent: OnAnswer | undefined;
}

// The bundle has the device's script beside it; from source it is the TypeScript file in this folder.
const defaultScript = (): URL =>
  import.meta.url.endsWith('.ts') ? new URL('./main.ts', import.meta.url) : new URL('./device.mjs', import.meta.url);

/** Starts a device process and resolves when it has found its device. Rejects with DeviceGoneError, or with the device's refusal. */
export async function startDeviceProcess(options: DeviceProcessOptions): Promise<DeviceProcess> {
  const {
    script = defaultScript(),
    silenceLimitMs = 180_000,
    startLimitMs = 120_000,
    preload,
    ...deviceOptions
  } = options;
  const child = fork(fileURLToPath(script), [JSON.stringify(deviceOptions)], {
    serialization: 'advanced',
    execArgv: [],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const kill = () => child.kill('SIGKILL');
  // What is sent before the other end listens waits there.
  void preload?.then((backbone) => backbone && post(child, { type: 'preload', backbone }, () => {}));
  const pending = new Map<number, Pending>();
  let lastId = 0;
  let lastHeardMs = performance.now();
  let probing: Device | null = null;

  const started = Promise.withResolvers<DeviceInfo>();
  const exited = Promise.withResolvers<void>();

  child.on('message', (message) => {
    lastHeardMs = performance.now();
    // Only DeviceAnswers come up this channel: its other end is device/main.ts of the same build.
    const answer = message as DeviceAnswer;
    if ('id' in answer) settle(pending, answer);
    else if (answer.type === 'probing') probing = answer.device;
    else if (answer.type === 'ready') {
      probing = null;
      started.resolve(answer);
    } else if (answer.type === 'unusable') {
      started.reject(fromPlainError(answer.error));
      kill();
    }
  });
  const onGone = (reason: string) => {
    const error = new DeviceGoneError(`the device process ${reason}`, probing);
    started.reject(error);
    for (const { reject } of pending.values()) reject(error);
    pending.clear();
    exited.resolve();
  };
  child.on('exit', (code, signal) => onGone(`ended (${signal ?? `code ${code}`})`));
  child.on('error', (error) => onGone(`could not be started: ${error.message}`));

  const startTimer = setTimeout(kill, startLimitMs);
  const info = await started.promise.finally(() => clearTimeout(startTimer));
  const watchdog = setInterval(
    () => {
      if (pending.size > 0 && performance.now() - lastHeardMs > silenceLimitMs) kill();
    },
    Math.min(silenceLimitMs, 1_000),
  );
  watchdog.unref();
  void exited.promise.then(() => clearInterval(watchdog));

  const call: DeviceProcess['call'] = (call, { id = ++lastId, onEvent } = {}) => {
    const { promise, resolve, reject } = Promise.withResolvers<DeviceAnswer>();
    if (pending.size === 0) lastHeardMs = performance.now();
    pending.set(id, { resolve, reject, onEvent });
    post(child, { ...call, id }, (error) => {
      pending.delete(id);
      reject(new DeviceGoneError(`the device process takes no more requests (${error.message})`, null));
    });
    return promise;
  };

  return {
    info,
    pid: child.pid,
    exited: exited.promise,
    nextId: () => ++lastId,
    call,
    tell: (request) => post(child, request, () => {}),
    kill,
  };
}

function settle(pending: Map<number, Pending>, answer: Extract<DeviceAnswer, { id: number }>): void {
  const waiting = pending.get(answer.id);
  if (!waiting) return;
  if (answer.type === 'training-event') return waiting.onEvent?.(answer);
  pending.delete(answer.id);
  if (answer.type === 'failed') waiting.reject(fromPlainError(answer.error));
  else waiting.resolve(answer);
}

function post(child: ChildProcess, request: DeviceRequest, onError: (error: Error) => void): void {
  try {
    child.send(request, (error) => error && onError(error));
  } catch (error) {
    onError(error instanceof Error ? error : new Error(String(error)));
  }
}
