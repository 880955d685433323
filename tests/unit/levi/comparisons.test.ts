import { beforeAll, expect, test } from 'vitest';
import { COMPARISONS, METHODS } from '../../../src/contract/levi.ts';
import { FineTuningReport } from '../../../src/contract/report.ts';
import type { MethodReport } from '../../../src/contract/report.ts';
import { resolveLeviConfig } from '../../../src/levi/index.ts';
import { runToEnd, syntheticInput } from './synthetic-task.ts';
import type { FinishedRun } from './synthetic-task.ts';

// The mean with the task model is for fields and images.
const OF_TEXT = METHODS.filter((method) => method !== 'levi+task');

const hyperparameters = { n_epochs: 4, batch_size: 32, learning_rate_multiplier: 10 } as const;
const config = resolveLeviConfig({ levi: { width: 8, baselines: 'all' }, hyperparameters });

let finished: FinishedRun;
beforeAll(async () => {
  finished = await runToEnd(syntheticInput({ config }));
});

const of = (name: MethodReport['method']): MethodReport => {
  const found = finished.result.report.methods.find(({ method }) => method === name);
  if (found === undefined) throw new Error(`no ${name} in the report`);
  return found;
};

test('levi.baselines "all" adds the further baselines and ablations to the report, each better than the prior', () => {
  const report = FineTuningReport.parse(finished.result.report);
  expect(report.methods.map(({ method }) => method)).toEqual([...OF_TEXT, ...COMPARISONS]);
  for (const method of COMPARISONS) expect(of(method).validation_loss).toBeLessThan(of('prior').validation_loss - 0.1);
});

test('they decide nothing: the adapter is the same byte for byte as without them', async () => {
  const standard = await runToEnd(syntheticInput());
  expect(finished.result.adapter).toEqual(standard.result.adapter);
  expect(standard.result.report.methods.map(({ method }) => method)).toEqual(OF_TEXT);
});

test('are never served, even where they have the lowest loss', () => {
  expect(METHODS).toContain(finished.result.report.served);
});

test('the matched MLP has as many parameters as LEVI, LEVI without its task model fewer, on one layer fewer still', () => {
  const levi = of('levi').parameters;
  expect(Math.abs(of('mlp_matched').parameters - levi)).toBeLessThan(0.1 * levi);
  expect(of('levi_no_task').parameters).toBeLessThan(levi);
  expect(of('levi_last').parameters).toBeLessThan(levi);
  expect(of('levi_noise').parameters).toBe(levi);
});

test('Head2Toe says which fraction of the features it kept and how strongly they are held', () => {
  expect(of('head2toe').detail).toMatchObject({ fraction: expect.any(Number), l2: expect.any(Number) });
});

test('goes on bit for bit from a checkpoint in the middle of an ablation', async () => {
  const checkpoints = finished.events.flatMap((event) => (event.type === 'checkpoint' ? [event.bytes] : []));
  const middle = checkpoints[Math.floor(checkpoints.length / 2)] ?? new Uint8Array(0);
  const { result } = await runToEnd(syntheticInput({ config, checkpoint: new Uint8Array(middle) }));
  const figures = (report: FineTuningReport): unknown =>
    report.methods.map((method) => ({ ...method, seconds: 0, added_latency_ms: null }));
  expect(figures(result.report)).toEqual(figures(finished.result.report));
});
