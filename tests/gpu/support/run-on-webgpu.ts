import { fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';

// Chromium's software Vulkan, enough for Dawn; Debian's own lavapipe is too old for it.
const SWIFTSHADER = '/usr/lib/chromium/vk_swiftshader_icd.json';

const DEADLINE_MS = 240_000;

/** The last thing a child says: it came to its end, or it found no adapter. */
export type End = { readonly type: 'done' } | { readonly type: 'no_adapter'; readonly reason: string };

export interface WebGpuRun<T> {
  readonly results: readonly T[];
  /** Why nothing ran, where there is no adapter. */
  readonly missing: string | null;
}

/**
 * Runs a script of this folder in a process of its own, as WebGPU may abort its process and the Vulkan driver is chosen before
 * it starts. A process that ends early throws with the number of results it had given.
 */
export async function runOnWebGpu<T>(script: string): Promise<WebGpuRun<T>> {
  const driver = process.env['VK_DRIVER_FILES'] ?? (existsSync(SWIFTSHADER) ? SWIFTSHADER : undefined);
  const env = driver === undefined ? process.env : { ...process.env, VK_DRIVER_FILES: driver };
  const limits = { timeout: DEADLINE_MS, killSignal: 'SIGKILL' } as const;
  const child = fork(new URL(script, import.meta.url), { execArgv: [], env, serialization: 'advanced', ...limits });
  const results: T[] = [];
  let end: End | null = null;
  // The scripts of this folder send results of type T, then one End.
  child.on('message', (message: { readonly result: T } | { readonly end: End }) => {
    if ('end' in message) end = message.end;
    else results.push(message.result);
  });
  const [code, signal]: unknown[] = await once(child, 'exit');
  return { results, missing: readEnd(end, `${String(signal ?? code)} after ${results.length} results`) };
}

function readEnd(end: End | null, how: string): string | null {
  if (end === null) throw new Error(`the WebGPU process ended with ${how}`);
  return end.type === 'no_adapter' ? `no WebGPU adapter: ${end.reason}` : null;
}
