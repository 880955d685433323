import type { MethodReport } from '../../contract/report.ts';
import type { Adapter } from '../adapter/adapter.ts';
import type { EvaluationSet, PredictorPool } from '../predictor/predictor-pool.ts';
import { firstRows } from '../predictor/predictor-pool.ts';

const BATCH_ROWS = 32;
const WARM_UP_RUNS = 2;
const MAX_RUNS = 9;
// Of one batch size: however slow the machine, a report of many methods must not wait for this.
const MAX_MS = 40;

/**
 * Milliseconds that answering with this adapter adds to the backbone's own pass, for one row and for 32 (or as many as there are): the median
 * of at most nine runs of the code that serves, after two to warm up. Reads the clock and nothing else, so that no number depends on it.
 */
export async function measureLatency(
  predictors: PredictorPool,
  adapter: Adapter,
  set: EvaluationSet,
): Promise<MethodReport['added_latency_ms']> {
  return {
    one_row: await medianMs(() => predictors.answer(adapter, firstRows(set, 1))),
    batch_of_32: await medianMs(() => predictors.answer(adapter, firstRows(set, BATCH_ROWS))),
  };
}

async function medianMs(run: () => Promise<unknown>): Promise<number> {
  const startMs = performance.now();
  for (let index = 0; index < WARM_UP_RUNS; index++) await run();
  const taken: number[] = [];
  while (taken.length === 0 || (taken.length < MAX_RUNS && performance.now() - startMs < MAX_MS)) {
    const beginMs = performance.now();
    await run();
    taken.push(performance.now() - beginMs);
  }
  taken.sort((a, b) => a - b);
  // In microseconds: what is beyond is the clock's own noise.
  return Math.round(1000 * (taken[Math.floor(taken.length / 2)] ?? 0)) / 1000;
}
