import { beforeAll, describe, expect, test } from 'vitest';
import { FineTuningReport } from '../../../src/contract/report.ts';
import { fineTune, readAdapter, resolveLeviConfig } from '../../../src/levi/index.ts';
import type { FineTuneInput } from '../../../src/levi/index.ts';
import { runToEnd, syntheticInput } from './synthetic-task.ts';
import type { FinishedRun } from './synthetic-task.ts';

const hyperparameters = { n_epochs: 8, batch_size: 32, learning_rate_multiplier: 0.3 } as const;
const levi = { width: 4, head_dropout: 0.9, method: 'levi' } as const;
const config = resolveLeviConfig({ levi: { ...levi, search: { budget: { trials: 6 } } }, hyperparameters });
const searching = (changed: Partial<FineTuneInput> = {}): FineTuneInput => syntheticInput({ config, ...changed });

let finished: FinishedRun;
beforeAll(async () => {
  finished = await runToEnd(searching());
});

describe('a run with a search', () => {
  test('reports every configuration it tried, and trains with the one it chose', () => {
    const report = FineTuningReport.parse(finished.result.report);
    expect(report.search).toHaveLength(6);
    const [own] = report.search;
    expect(own?.config).toEqual({
      width: 4,
      head_dropout: 0.9,
      view_dropout: 0.5,
      weight_decay: 0.01,
      learning_rate: 0.0003,
    });
    const chosen = report.search.filter(({ is_chosen }) => is_chosen);
    expect(chosen).toHaveLength(1);
    // A request that could hardly be worse: something better is found, also beyond noise.
    expect(chosen[0]).not.toBe(own);
    expect(chosen[0]?.valid_loss).toBeLessThan(own?.valid_loss ?? 0);
    const { manifest } = readAdapter(finished.result.adapter);
    expect(manifest.adapting_width).toBe(chosen[0]?.config.width);
    expect(manifest.config).toMatchObject({
      adaptingWidth: chosen[0]?.config.width,
      headDropout: chosen[0]?.config.head_dropout,
      learningRate: chosen[0]?.config.learning_rate,
      maxEpochs: 8,
    });
    expect(report.notes.join(' ')).toMatch(/6 configurations.*baselines.*grid/u);
  });

  test('leaves the baselines as they are', async () => {
    const plain = await runToEnd(searching({ config: { ...config, search: null } }));
    const probeOf = ({ report }: FinishedRun['result']): unknown => {
      const found = report.methods.find(({ method }) => method === 'concat_all');
      // Bytes hold the configuration, and times are of the machine.
      return { ...found, bytes: 0, seconds: 0, added_latency_ms: null };
    };
    expect(probeOf(finished.result)).toEqual(probeOf(plain.result));
    expect(plain.result.report.search).toEqual([]);
  });

  test('a budget in trials gives equal bytes, from any of its checkpoints, too', async () => {
    const checkpoints = finished.events.flatMap((event) => (event.type === 'checkpoint' ? [event.bytes] : []));
    // In the middle of the search, after it, and near the end.
    const starts = [undefined, checkpoints[2], checkpoints[9], checkpoints.at(-1)];
    expect(checkpoints.length).toBeGreaterThan(12);
    for (const checkpoint of starts) {
      const { result } = await runToEnd(searching({ checkpoint }));
      expect(result.adapter).toEqual(finished.result.adapter);
      expect(result.report.search).toEqual(finished.result.report.search);
    }
  });

  test('a budget in seconds says that it does not repeat', async () => {
    const { result } = await runToEnd(searching({ config: { ...config, search: { seconds: 1 } } }));
    expect(result.report.search.length).toBeGreaterThan(0);
    expect(result.report.notes.join(' ')).toMatch(/seconds.*another run may choose otherwise/u);
  });

  test('its progress rises to the end', () => {
    const fractions = finished.events.flatMap((event) => (event.type === 'progress' ? [event.fraction] : []));
    expect(fractions).toEqual(fractions.toSorted((a, b) => a - b));
    expect(fractions.at(-1)).toBe(1);
  });

  test('stops in the middle of a trial when the signal is aborted', async () => {
    const controller = new AbortController();
    const reason = new Error('stop');
    const follow = async (): Promise<void> => {
      for await (const event of fineTune(searching({ signal: controller.signal })))
        if (event.type === 'progress') controller.abort(reason);
    };
    await expect(follow()).rejects.toBe(reason);
  });
});
