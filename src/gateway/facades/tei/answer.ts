import type { Timings } from '../../../contract/index.ts';
import type { GatewayContext } from '../../gateway-env.ts';
import type { TeiMetrics } from './metrics.ts';

export interface Computed {
  readonly timings: Timings;
  readonly tokens: number;
}

export interface Answering {
  readonly inputs: readonly (string | readonly number[])[];
  readonly isBatch: boolean;
}

const COMPUTE_TYPE = 'levigate';

/** Counts a request and puts TEI's headers on its answer: milliseconds, whole. */
export async function answering<Result extends Computed>(
  c: GatewayContext,
  metrics: TeiMetrics,
  { inputs, isBatch, compute }: Answering & { readonly compute: () => Promise<Result> },
): Promise<Result> {
  const method = isBatch ? 'batch' : 'single';
  metrics.asked(method);
  const startedMs = performance.now();
  const result = await compute();
  const totalMs = performance.now() - startedMs;
  const { timings, tokens } = result;
  const characters = inputs.reduce((sum, input) => sum + (typeof input === 'string' ? input.length : 0), 0);
  const headers = {
    'x-compute-type': COMPUTE_TYPE,
    'x-compute-time': whole(timings.tokenizationMs + timings.inferenceMs),
    'x-compute-characters': String(characters),
    'x-compute-tokens': String(tokens),
    'x-total-time': whole(totalMs),
    'x-tokenization-time': whole(timings.tokenizationMs),
    'x-queue-time': whole(timings.queueMs),
    'x-inference-time': whole(timings.inferenceMs),
  };
  for (const [name, value] of Object.entries(headers)) c.header(name, value);
  metrics.answered(method, { ...timings, totalMs });
  return result;
}

const whole = (durationMs: number): string => String(Math.round(durationMs));
