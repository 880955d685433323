import { existsSync, writeFileSync } from 'node:fs';
import type { DeviceAnswer, DeviceRequest } from '../../../../gpu-worker/src/device/messages.ts';

// A device process without a device. Told by FAKE_DEVICE: `hang-once` and `die-probing-once` leave a mark in
// FAKE_DEVICE_MARK and behave in the next life; `die-always` never starts; `refuse` says that the device is not there;
// `say-pid` answers with its process id.
const mode = process.env['FAKE_DEVICE'] ?? '';
const mark = process.env['FAKE_DEVICE_MARK'] ?? '';
const { excluded = [] } = JSON.parse(process.argv[2] ?? '{}');

const send = (answer: DeviceAnswer) => process.send?.(answer);
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));

function isFirstLife(): boolean {
  if (existsSync(mark)) return false;
  writeFileSync(mark, '');
  return true;
}

process.on('message', (message) => {
  const request = message as DeviceRequest;
  if (request.type === 'embed') {
    if (mode === 'hang-always' || (mode === 'hang-once' && isFirstLife())) return;
    const { batch } = request;
    const first = (row: number): number =>
      'pixels' in batch
        ? (batch.pixels[row * 3 * batch.height * batch.width] ?? 0)
        : (batch.ids[row * batch.columns] ?? 0);
    const features = Float32Array.from({ length: batch.rows }, (_, row) =>
      mode === 'say-pid' ? process.pid : first(row),
    );
    send({ type: 'embedded', id: request.id, features, inferenceMs: 1, startMs: performance.timeOrigin });
  } else if (request.type === 'load') send({ type: 'done', id: request.id });
});

if (mode === 'die-always') process.exit(1);
else if (mode === 'refuse') {
  send({ type: 'unusable', error: { code: 'unsupported_option', message: 'no such device', param: null } });
} else if (mode === 'die-probing-webgpu' && !excluded.includes('webgpu')) {
  process.send?.({ type: 'probing', device: 'webgpu' }, () => process.kill(process.pid, 'SIGABRT'));
} else send({ type: 'ready', device: 'cpu', threads: 1, reasons: excluded });
