import { expect, test, vi } from 'vitest';
import type { BackboneGraph } from '../../../gpu-worker/src/device/device.ts';
import { createDeviceService } from '../../../gpu-worker/src/device/device-service.ts';
import type { DeviceAnswer } from '../../../gpu-worker/src/device/messages.ts';
import type { OnnxRuntime } from '../../../gpu-worker/src/runtime/onnx-runtime.ts';
import type { Session } from '../../../src/engine/index.ts';

const backbone: BackboneGraph = {
  id: 'b',
  fingerprint: 'f',
  graphPath: '/b.onnx',
  taps: 1,
  width: 1,
  idsDtype: 'int32',
};
const session: Session = {
  run: () => Promise.reject(new Error('not run here')),
  [Symbol.asyncDispose]: async () => {},
};

function createService(loadFile: OnnxRuntime['loadFile']) {
  const answers: DeviceAnswer[] = [];
  const runtime: OnnxRuntime = {
    device: 'cpu',
    implementation: 'none',
    threads: 1,
    optimizationLevel: 'all',
    load: () => Promise.reject(new Error('nothing but files here')),
    loadFile,
  };
  const service = createDeviceService({ inference: runtime, training: runtime }, (answer) => void answers.push(answer));
  return { service, answers };
}

test('a backbone that is opened before it is asked for is opened once', async () => {
  const opened: string[] = [];
  const { service, answers } = createService(async (path) => {
    opened.push(path);
    return session;
  });
  service.handle({ type: 'preload', backbone });
  service.handle({ type: 'load', id: 7, backbone });
  await vi.waitUntil(() => answers.length > 0);
  expect(answers).toEqual([{ type: 'done', id: 7 }]);
  expect(opened).toEqual(['/b.onnx']);
});

test('who loads a backbone hears that it cannot be opened, and nobody hears it of one that was only to be ready', async () => {
  const { service, answers } = createService(() => Promise.reject(new Error('no such file')));
  service.handle({ type: 'preload', backbone });
  service.handle({ type: 'load', id: 8, backbone });
  await vi.waitUntil(() => answers.length > 0);
  expect(answers).toMatchObject([{ type: 'failed', id: 8 }]);
});
