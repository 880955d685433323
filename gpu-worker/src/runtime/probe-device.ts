import { readdir } from 'node:fs/promises';
import { platform } from 'node:process';
import { LevigateError } from '../../../src/contract/errors.ts';
import type { Tensor } from '../../../src/engine/index.ts';
import { createOnnxRuntime } from './onnx-runtime.ts';
import type { Device, OnnxRuntime } from './onnx-runtime.ts';
import { createProbeModel } from './probe-model.ts';

export interface ProbeOptions {
  readonly wanted: Device | 'auto';
  readonly threads: number;
  /** Devices whose probe ended the process before; not tried again. */
  readonly excluded?: readonly Device[];
  /** Called before each attempt: native code may end the process instead of throwing. */
  readonly onAttempt?: (device: Device) => void;
}

export interface ProbeResult {
  readonly runtime: OnnxRuntime;
  /** Why this device and not a faster one, for the log and for /health. */
  readonly reasons: readonly string[];
}

/**
 * Finds the device by creating and running a session on it: cuda, then webgpu, then cpu.
 * A device asked for by name is taken or refused, never replaced.
 *
 * @throws LevigateError `unsupported_option` when the device asked for does not start.
 */
export async function probeDevice(options: ProbeOptions): Promise<ProbeResult> {
  if (options.wanted !== 'auto') return { runtime: await start(options.wanted, options), reasons: [] };
  const reasons: string[] = [];
  for (const device of ['cuda', 'webgpu'] as const) {
    const refusal = await findRefusal(device, options);
    if (refusal === null) return { runtime: createOnnxRuntime({ device, threads: options.threads }), reasons };
    reasons.push(`${device}: ${refusal}`);
  }
  return { runtime: await start('cpu', options), reasons };
}

async function findRefusal(device: 'cuda' | 'webgpu', options: ProbeOptions): Promise<string | null> {
  if (options.excluded?.includes(device)) return 'its probe ended the process';
  if (!(await canHave(device))) return 'no such GPU in this machine';
  try {
    const runtime = await start(device, options);
    if (device === 'cuda') return null;
    return await isSlowerThanCpu(runtime);
  } catch (error) {
    return messageOf(error);
  }
}

async function start(device: Device, { threads, onAttempt, wanted }: ProbeOptions): Promise<OnnxRuntime> {
  onAttempt?.(device);
  const runtime = createOnnxRuntime({ device, threads });
  try {
    await timeProbe(runtime, 4, 1);
    return runtime;
  } catch (cause) {
    if (wanted === 'auto') throw cause;
    throw new LevigateError(
      'unsupported_option',
      `LEVIGATE_DEVICE=${device} does not start here: ${messageOf(cause)}. Use LEVIGATE_DEVICE=auto, or see gpu-worker/README.md for what ${device} needs.`,
      { param: 'LEVIGATE_DEVICE', cause },
    );
  }
}

const DEVICE_NODES = { cuda: /^(nvidia\d+|dxg)$/, webgpu: /^(renderD\d+|nvidia\d+|dxg)$/ } as const;

// Vulkan's software adapters (lavapipe, SwiftShader) need no device node and answer like a GPU, 10 times slower than
// the CPU provider; and onnxruntime writes an error of its own to the terminal when CUDA is tried in vain.
async function canHave(device: 'cuda' | 'webgpu'): Promise<boolean> {
  if (platform !== 'linux') return device === 'webgpu';
  const folders = await Promise.all(['/dev/dri', '/dev'].map((folder) => readdir(folder).catch(() => [])));
  return folders.flat().some((name) => DEVICE_NODES[device].test(name));
}

// A device node does not prove that the adapter found is hardware; a race does.
async function isSlowerThanCpu(webgpu: OnnxRuntime): Promise<string | null> {
  const gpuMs = await timeProbe(webgpu, 512, 5);
  const cpuMs = await timeProbe(createOnnxRuntime({ device: 'cpu', threads: webgpu.threads }), 512, 5);
  if (gpuMs < cpuMs) return null;
  return `slower than the CPU (${gpuMs.toFixed(1)} against ${cpuMs.toFixed(1)} ms for a product of 512 x 512 matrices); set LEVIGATE_DEVICE=webgpu to use it all the same`;
}

/** The fastest of `repeats` runs after a warm-up, in milliseconds. */
async function timeProbe(runtime: OnnxRuntime, size: number, repeats: number): Promise<number> {
  await using session = await runtime.load(createProbeModel());
  const matrix: Tensor = { dtype: 'float32', dims: [size, size], data: new Float32Array(size * size).fill(1) };
  let fastestMs = Number.POSITIVE_INFINITY;
  for (let run = 0; run <= repeats; run++) {
    const startedMs = performance.now();
    const { y } = await session.run({ a: matrix, b: matrix });
    if (y?.data[0] !== size) throw new Error(`a product of ones gave ${String(y?.data[0])} instead of ${size}`);
    if (run > 0) fastestMs = Math.min(fastestMs, performance.now() - startedMs);
  }
  return fastestMs;
}

const messageOf = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).split('\n', 1)[0] ?? '';
