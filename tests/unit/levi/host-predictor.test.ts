import { expect, test } from 'vitest';
import { createOnnxRuntime } from '../../../gpu-worker/src/runtime/onnx-runtime.ts';
import { createHostMemory, createRandom } from '../../../src/engine/index.ts';
import { createPredictor } from '../../../src/levi/index.ts';
import { METHOD_RULES } from '../../../src/levi/methods/method-rules.ts';
import type { ComparedMethod } from '../../../src/contract/levi.ts';
import { createRandomAdapter } from '../../support/random-adapter.ts';

const runtime = createOnnxRuntime({ device: 'cpu', threads: 1 });
const memory = createHostMemory(16 * 1024 * 1024);
// The keys of the table are its own.
const METHODS = Object.keys(METHOD_RULES) as ComparedMethod[];
const TASKS = ['single_label', 'multi_label', 'regression'] as const;

const cases = METHODS.flatMap((method) => TASKS.map((task) => [method, task] as const));

test.each(cases)('%s, %s: one row answered on the host as onnxruntime answers it', async (method, task) => {
  const taps = 3;
  const width = 12;
  const random = createRandom(3);
  for (const [isGated, text] of [
    [false, 'known words and others'],
    [true, 'nothing of it'],
  ] as const) {
    const adapter = createRandomAdapter({ method, task, taps, width, isGated, memory, texts: ['known words'] });
    const { spec } = adapter.architecture;
    await using own = await createPredictor(runtime, spec, { host: memory });
    await using theirs = await createPredictor(runtime, spec);
    const data = Float32Array.from({ length: taps * width }, () => random.uniform() * 2 - 1);
    const inputs = { features: { rows: 1, taps, width, data }, texts: [text] };
    const [ours, baseline] = [await own.run(adapter, inputs), await theirs.run(adapter, inputs)];
    const numbersOf = ({ answers, views, disagreement }: typeof ours): number[] => [
      ...answers.data,
      ...(views ?? []).flatMap((view) => [...view.answers.data]),
      ...(disagreement ?? []),
    ];
    expect(numbersOf(ours)).toHaveLength(numbersOf(baseline).length);
    for (const [index, value] of numbersOf(ours).entries())
      expect(Math.abs(value - (numbersOf(baseline)[index] ?? Number.NaN))).toBeLessThan(5e-6);
  }
});
