import type { Batcher, Priority } from '../batching/batcher.ts';
import type { OnRun } from '../device/device.ts';
import type { TokenSequence } from '../tokenizer/load-tokenizer.ts';
import type { FeatureCache } from './feature-cache.ts';
import { featureKey } from './feature-key.ts';
import { roundToHalfs } from '../runtime/half-floats.ts';

export interface ExtractOptions {
  readonly cacheSalt: string;
  readonly maxLength: number;
  readonly priority: Priority;
  /** Neither reads the cache nor writes it. */
  readonly noStore?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onRun?: OnRun | undefined;
}

export interface Extracted {
  /** Half-float features [taps, width] of each input. Shared with the cache: never written to. */
  readonly rows: readonly Uint16Array[];
  readonly cachedInputs: number;
  readonly queueMs: number;
  readonly inferenceMs: number;
}

export interface FeatureExtractor {
  extract(sequences: readonly TokenSequence[], options: ExtractOptions): Promise<Extracted>;
}

export interface FeatureExtractorOptions {
  readonly backboneFingerprint: string;
  readonly cache: FeatureCache;
  readonly batcher: Pick<Batcher<Int32Array>, 'embed'>;
}

/**
 * Features from the cache or the backbone. Both pass through half precision, so that a hit and a miss,
 * training and prediction, see the same numbers.
 */
export function createFeatureExtractor({
  backboneFingerprint,
  cache,
  batcher,
}: FeatureExtractorOptions): FeatureExtractor {
  return {
    extract: async (sequences, { cacheSalt, maxLength, priority, noStore = false, signal, onRun }) => {
      const startedMs = performance.now();
      const wanted = sequences.map(({ ids }, index) => {
        const cached = featureKey({ cacheSalt, backboneFingerprint, maxLength, content: ids });
        return { index, content: ids, size: ids.length, key: cached.id, cached };
      });
      const rows = noStore
        ? wanted.map((): Uint16Array | undefined => undefined)
        : await cache.getAll(wanted.map(({ cached }) => cached));
      const misses = wanted.filter(({ index }) => rows[index] === undefined);
      if (misses.length === 0) return { rows: whole(rows), cachedInputs: sequences.length, queueMs: 0, inferenceMs: 0 };
      const computed = await batcher.embed(misses, { priority, signal, onRun });
      let queueMs = 0;
      for (const [position, result] of computed.entries()) {
        const input = misses[position];
        if (!input) continue;
        queueMs = Math.max(queueMs, result.queueMs);
        const halfs = roundToHalfs(result.features);
        rows[input.index] = halfs;
        if (!noStore) cache.set(input.cached, halfs);
      }
      const inferenceMs = Math.max(0, performance.now() - startedMs - queueMs);
      return { rows: whole(rows), cachedInputs: sequences.length - misses.length, queueMs, inferenceMs };
    },
  };
}

function whole(rows: readonly (Uint16Array | undefined)[]): Uint16Array[] {
  return rows.map((row) => {
    if (!row) throw new Error('internal: an input was left without features');
    return row;
  });
}
