import { expect, test } from 'vitest';
import type { TrainingInput } from '../../../gpu-worker/src/device/device.ts';
import { createTrainings } from '../../../gpu-worker/src/device/trainings.ts';
import { createOnnxRuntime } from '../../../gpu-worker/src/runtime/onnx-runtime.ts';
import { readAdapter, resolveLeviConfig } from '../../../src/levi/index.ts';
import { syntheticInput } from '../levi/synthetic-task.ts';

const ROWS = 24;
const [TAPS, WIDTH] = [2, 4];
const THUMBNAIL = 3 * 32 * 32;

function trainingInput(): TrainingInput {
  const records = Array.from({ length: ROWS }, (_, row) => ({
    text: '',
    image: Uint8Array.of(row),
    label: row % 2 === 0 ? 'cat' : 'dog',
  }));
  const config = resolveLeviConfig({ levi: { width: 4 }, hyperparameters: { n_epochs: 1 } });
  const { provenance } = syntheticInput();
  return {
    taps: TAPS,
    width: WIDTH,
    train: { name: 'train', records },
    validation: null,
    shifts: [],
    config,
    targets: [{ name: 'label', task: undefined }],
    seed: 1,
    checkpoint: null,
    truncatedTexts: 0,
    provenance,
  };
}

test('a run has the features and the thumbnails of its rows, sent in chunks', async () => {
  const trainings = createTrainings(createOnnxRuntime({ device: 'cpu', threads: 1 }));
  const halfs = Uint16Array.from({ length: ROWS * TAPS * WIDTH }, (_, index) => (index * 37) % 0x3c00);
  const bytes = Uint8Array.from({ length: ROWS * THUMBNAIL }, (_, index) => index % 251);
  for (const numbers of [halfs, bytes]) {
    const half = numbers.length / 2;
    for (const offset of [half, 0]) {
      const chunk = { split: 'train', total: numbers.length, offset, numbers: numbers.subarray(offset, offset + half) };
      trainings.addRows(1, chunk);
    }
  }
  const { adapter, report } = await trainings.run(1, trainingInput(), () => {});
  expect(report.methods.map(({ method }) => method)).toContain('levi+task');
  expect(readAdapter(adapter).manifest.without_text).toBe(true);
  await expect(trainings.run(1, trainingInput(), () => {})).rejects.toThrow(/split train did not arrive whole/u);
});
