import { expect, test } from 'vitest';
import { tensor } from '../../../src/engine/index.ts';
import { createOnnxRuntime } from '../../../gpu-worker/src/runtime/onnx-runtime.ts';
import { probeDevice } from '../../../gpu-worker/src/runtime/probe-device.ts';
import { createProbeModel } from '../../../gpu-worker/src/runtime/probe-model.ts';

test('finds a device that runs, and says why it is not a faster one', async () => {
  const attempts: string[] = [];
  const { runtime, reasons } = await probeDevice({
    wanted: 'auto',
    threads: 1,
    excluded: ['cuda', 'webgpu'],
    onAttempt: (device) => attempts.push(device),
  });
  expect(runtime.device).toBe('cpu');
  expect(attempts).toEqual(['cpu']);
  expect(reasons).toEqual(['cuda: its probe ended the process', 'webgpu: its probe ended the process']);
});

test('the runtime reports what its results depend on', () => {
  expect(createOnnxRuntime({ device: 'cpu', threads: 2 })).toMatchObject({
    device: 'cpu',
    threads: 2,
    optimizationLevel: 'all',
  });
});

test('a session computes, and refuses a model that is none', async () => {
  const runtime = createOnnxRuntime({ device: 'cpu', threads: 1 });
  await using session = await runtime.load(createProbeModel());
  const { y } = await session.run({
    a: tensor(Float32Array.of(1, 2), [1, 2]),
    b: tensor(Float32Array.of(3, 4), [2, 1]),
  });
  expect(y?.data).toEqual(Float32Array.of(11));
  await expect(runtime.load(Uint8Array.of(1, 2, 3))).rejects.toThrow();
});
