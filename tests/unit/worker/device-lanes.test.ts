import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { BackboneGraph } from '../../../gpu-worker/src/device/device.ts';
import { superviseLanes } from '../../../gpu-worker/src/device/device-lanes.ts';

const script = new URL('./support/fake-device-process.ts', import.meta.url);
const backbone: BackboneGraph = { id: 'b', fingerprint: 'f', graphPath: '/none', taps: 1, width: 1, idsDtype: 'int32' };
const batch = { rows: 1, columns: 1, ids: Int32Array.of(7), lengths: Int32Array.of(1) };

beforeEach(() => vi.stubEnv('FAKE_DEVICE', 'say-pid'));
afterEach(() => vi.unstubAllEnvs());

describe("a CPU's lanes", () => {
  test('run two batches in two processes', async () => {
    await using device = superviseLanes({ wanted: 'auto', threads: 2, script });
    expect((await device.info).lanes).toBe(2);
    await device.load(backbone);
    const pids = async (): Promise<Set<number | undefined>> => {
      const answers = await Promise.all([device.embed(backbone, batch), device.embed(backbone, batch)]);
      return new Set(answers.map(({ features }) => features[0]));
    };
    await vi.waitUntil(async () => (await pids()).size === 2, { timeout: 10_000 });
  });

  test('answer batches one after the other in the first process, where the second has not loaded the backbone', async () => {
    await using device = superviseLanes({ wanted: 'auto', threads: 2, script });
    await device.info;
    const answers = [await device.embed(backbone, batch), await device.embed(backbone, batch)];
    expect(new Set(answers.map(({ features }) => features[0])).size).toBe(1);
  });

  test('are one with one thread', async () => {
    await using device = superviseLanes({ wanted: 'auto', threads: 1, script });
    expect((await device.info).lanes).toBe(1);
  });
});
