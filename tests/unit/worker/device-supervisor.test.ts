import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { BackboneGraph } from '../../../gpu-worker/src/device/device.ts';
import { superviseDevice } from '../../../gpu-worker/src/device/device-supervisor.ts';

const script = new URL('./support/fake-device-process.ts', import.meta.url);
const backbone: BackboneGraph = { id: 'b', fingerprint: 'f', graphPath: '/none', taps: 1, width: 1, idsDtype: 'int32' };
const batch = { rows: 2, columns: 2, ids: Int32Array.of(7, 1, 9, 0), lengths: Int32Array.of(2, 1) };

let folder: string;
let mark: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'levigate-supervisor-'));
  mark = join(folder, 'mark');
  vi.stubEnv('FAKE_DEVICE_MARK', mark);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true });
});

const supervise = (mode: string, silenceLimitMs = 60_000, wanted: 'auto' | 'cuda' = 'auto') => {
  vi.stubEnv('FAKE_DEVICE', mode);
  return superviseDevice({ wanted, threads: 1, lanes: 1, script, silenceLimitMs });
};

describe('the device supervisor', () => {
  test('hands a batch over and brings the features back', async () => {
    await using device = supervise('well');
    expect([...(await device.embed(backbone, batch)).features]).toEqual([7, 9]);
    expect((await device.info).device).toBe('cpu');
  });

  test('answers a batch whose process was killed under it', async () => {
    await using device = supervise('hang-once');
    await device.info;
    const embedding = device.embed(backbone, batch);
    await vi.waitUntil(() => existsSync(mark), { timeout: 10_000 });
    const first = device.pid;
    if (first !== undefined) process.kill(first, 'SIGKILL');
    expect([...(await embedding).features]).toEqual([7, 9]);
    expect(device.pid).not.toBe(first);
  });

  test('kills a process that is silent with work pending, and retries on a new one', async () => {
    await using device = supervise('hang-once', 300);
    expect([...(await device.embed(backbone, batch)).features]).toEqual([7, 9]);
  });

  test('says worker_failed when the batch takes down two processes', async () => {
    await using device = supervise('hang-always', 200);
    await expect(device.embed(backbone, batch)).rejects.toMatchObject({ code: 'worker_failed' });
  });

  test('does not probe a device again whose probe ended the process', async () => {
    await using device = supervise('die-probing-webgpu');
    expect((await device.info).reasons).toEqual(['webgpu']);
  });

  test('gives up starting after some attempts', { timeout: 30_000 }, async () => {
    await using device = supervise('die-always');
    await expect(device.info).rejects.toMatchObject({ code: 'worker_failed' });
  });

  test('passes on the refusal of a device that was asked for by name', async () => {
    await using device = supervise('refuse', 60_000, 'cuda');
    await expect(device.info).rejects.toMatchObject({ code: 'unsupported_option', message: 'no such device' });
  });
});
