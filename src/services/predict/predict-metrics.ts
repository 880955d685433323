import { LevigateError } from '../../contract/index.ts';
import { metricsOf } from '../metrics.ts';
import type { Services } from '../ports.ts';
import type { PredictResult } from './predict-result.ts';

/** Counts a predict request and how it ended. */
export async function withPredictMetrics(
  services: Pick<Services, 'db'>,
  work: () => Promise<PredictResult>,
): Promise<PredictResult> {
  const metrics = metricsOf(services);
  const startMs = performance.now();
  metrics.predictRequests.add();
  try {
    const result = await work();
    metrics.predictSuccess.add();
    metrics.predictQueue.observe(result.timings.queueMs / 1000);
    metrics.predictTokenization.observe(result.timings.tokenizationMs / 1000);
    metrics.predictInference.observe(result.timings.inferenceMs / 1000);
    return result;
  } catch (error) {
    metrics.predictFailure.add({ err: error instanceof LevigateError ? error.code : 'internal' });
    throw error;
  } finally {
    metrics.predictDuration.observe((performance.now() - startMs) / 1000);
  }
}
