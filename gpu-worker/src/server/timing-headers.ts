import type { Measures } from '../metrics/to-measures.ts';

/** The headers of Text Embeddings Inference, times in milliseconds, and how many inputs came from the feature cache. */
export function timingHeaders(measures: Measures, device: string): Record<string, string> {
  return {
    'x-compute-type': device,
    'x-compute-time': milliseconds(measures.totalMs),
    'x-compute-characters': String(measures.characters),
    'x-compute-tokens': String(measures.tokens),
    'x-total-time': milliseconds(measures.totalMs),
    'x-tokenization-time': milliseconds(measures.tokenizationMs),
    'x-queue-time': milliseconds(measures.queueMs),
    'x-inference-time': milliseconds(measures.inferenceMs),
    'x-feature-cache-hits': String(measures.cachedInputs),
    'x-feature-cache-misses': String(measures.computedInputs),
  };
}

const milliseconds = (duration: number): string => String(Math.round(duration * 100) / 100);
