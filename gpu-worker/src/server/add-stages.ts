import type { Span } from '../../../src/telemetry/tracer.ts';
import type { Measures } from '../metrics/to-measures.ts';

const STAGES = [
  ['tokenization', 'tokenizationMs'],
  ['queue', 'queueMs'],
  ['inference', 'inferenceMs'],
] as const satisfies readonly (readonly [string, keyof Measures])[];

/**
 * A request's stages as spans, one after the other from its beginning. `inference` is what the device said it
 * took, with the adapters' share.
 */
export function addStages(span: Span, startMs: number, measures: Measures): void {
  let fromMs = startMs;
  for (const [name, key] of STAGES) {
    const endMs = fromMs + measures[key];
    if (endMs > fromMs) span.addChild(name, { startMs: fromMs, endMs });
    fromMs = endMs;
  }
  span.set({
    'levigate.tokens': measures.tokens,
    'levigate.cached_inputs': measures.cachedInputs,
    'levigate.computed_inputs': measures.computedInputs,
  });
}
