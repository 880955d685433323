import { flushCompileCache } from 'node:module';
import { setPriority } from 'node:os';
import { createOnnxRuntime } from '../runtime/onnx-runtime.ts';
import { probeDevice } from '../runtime/probe-device.ts';
import { readDeviceOptions } from './device-options.ts';
import type { DeviceAnswer, DeviceRequest } from './messages.ts';
import { toPlainError } from './plain-error.ts';
import { createDeviceService } from './device-service.ts';

// Two thirds of a core's time go to a process of the ordinary priority that wants it too.
const NICENESS = 5;

// Requests are read and answered before batches are computed: each takes a fraction of a millisecond, and the next batch is made of them.
// Where the system does not permit it, nothing changes.
try {
  setPriority(NICENESS);
} catch {}

// The parent decides when this process ends; a terminal's Ctrl-C reaches the whole group.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => {});
// An orderly exit in the middle of a native run aborts with a core dump; nobody is left to read it.
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));

const ALIVE_INTERVAL_MS = 2_000;
const FLUSH_AFTER_MS = 5_000;

function send(answer: DeviceAnswer): void {
  // Without a callback a parent that has just died would end this process with a trace instead of quietly.
  if (process.connected) process.send?.(answer, () => {});
}

try {
  const options = readDeviceOptions(process.argv[2]);
  const { runtime, reasons } = await probeDevice({
    ...options,
    onAttempt: (device) => send({ type: 'probing', device }),
  });
  const { device, threads } = runtime;
  const inference =
    device === 'cpu' ? createOnnxRuntime({ device, threads: Math.ceil(threads / options.lanes) }) : runtime;
  const service = createDeviceService({ inference, training: runtime }, send);
  // Only DeviceRequests are sent down this channel: its other end is device-process.ts of the same build.
  process.on('message', (message) => service.handle(message as DeviceRequest));
  // Shows the parent that the message loop turns, also through long training.
  setInterval(() => send({ type: 'alive' }), ALIVE_INTERVAL_MS).unref();
  send({ type: 'ready', device, threads, reasons });
  // Written at an orderly end otherwise, and this process is killed.
  setTimeout(flushCompileCache, FLUSH_AFTER_MS).unref();
} catch (error) {
  send({ type: 'unusable', error: toPlainError(error) });
}
