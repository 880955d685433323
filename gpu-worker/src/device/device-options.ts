import { defaultThreads } from '../runtime/default-threads.ts';
import type { Device } from '../runtime/onnx-runtime.ts';

export interface DeviceOptions {
  readonly wanted: Device | 'auto';
  readonly threads: number;
  /** Processes that share a CPU's threads for inference. */
  readonly lanes: number;
  readonly excluded: readonly Device[];
}

/** The device process's one argument. Both ends come from one build, so the type is trusted, not parsed. */
export const readDeviceOptions = (json: string | undefined): DeviceOptions => JSON.parse(json ?? '{}') as DeviceOptions;

const WANTED: ReadonlySet<string> = new Set(['cpu', 'webgpu', 'cuda'] satisfies readonly Device[]);

/**
 * The device that the environment asks for, without the schema that checks it: the device process is started first, and the schema's code takes
 * as long to load as that. A value that is wrong ends this process a moment later.
 */
export function deviceFrom({
  LEVIGATE_DEVICE: wanted = 'auto',
  LEVIGATE_THREADS: threads,
}: Readonly<Record<string, string | undefined>>): Pick<DeviceOptions, 'wanted' | 'threads'> {
  const count = Number(threads);
  return {
    wanted: WANTED.has(wanted) ? (wanted as Device) : 'auto',
    threads: count >= 1 ? Math.floor(count) : defaultThreads(),
  };
}
