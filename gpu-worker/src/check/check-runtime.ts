import type { WorkerConfig } from '../config.ts';
import { probeDevice } from '../runtime/probe-device.ts';

export type RuntimeCheck =
  | { readonly isOk: true; readonly device: string; readonly reasons: readonly string[] }
  | { readonly isOk: false; readonly reason: string };

/** Creates and runs a session on the device that a worker would take. */
export async function checkRuntime({ device, threads }: WorkerConfig): Promise<RuntimeCheck> {
  try {
    const { runtime, reasons } = await probeDevice({ wanted: device, threads });
    return { isOk: true, device: runtime.device, reasons };
  } catch (error) {
    return { isOk: false, reason: error instanceof Error ? error.message : String(error) };
  }
}
