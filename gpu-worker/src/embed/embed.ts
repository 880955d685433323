import { LevigateError } from '../../../src/contract/errors.ts';
import type { PredictRecord } from '../../../src/contract/predict.ts';
import type { WorkerRequest, WorkerResponse } from '../../../src/contract/worker-verbs.ts';
import { widenHalfs } from '../runtime/half-floats.ts';
import type { OnRun } from '../device/device.ts';
import { extractFeatures } from '../predict/extract-features.ts';
import { requireBackbone } from '../predict/require-backbone.ts';
import type { ResidentBackbones, ResidentImageBackbone, ResidentTextBackbone } from '../resident/resident-backbones.ts';
import { toSequences } from './to-sequences.ts';

type Request = WorkerRequest<'embed'>;
type Response = WorkerResponse<'embed'>;

export interface EmbedDependencies {
  readonly backbones: ResidentBackbones;
  /** How long a request waits for a backbone that is on disk and only has to be loaded. */
  readonly readyWithinMs?: number;
}

/** What leaves the backbone's last layer, pooled, of each input; through the same cache and batches as predictions. */
interface Caller {
  readonly signal: AbortSignal | undefined;
  readonly onRun: OnRun | undefined;
}

export function createEmbed({ backbones, readyWithinMs = 1_000 }: EmbedDependencies) {
  return async (request: Request, signal?: AbortSignal, onRun?: OnRun): Promise<Response> => {
    const backbone = await requireBackbone(backbones, request.backbone, { withinMs: readyWithinMs });
    return backbone.modality === 'text'
      ? embedTexts(backbone, request, { signal, onRun })
      : embedImages(backbone, request, { signal, onRun });
  };
}

async function embedTexts(
  backbone: ResidentTextBackbone,
  request: Request,
  { signal, onRun }: Caller,
): Promise<Response> {
  const startedMs = performance.now();
  const sequences = toSequences(backbone, request);
  const tokenizationMs = performance.now() - startedMs;
  const { maxTokens: maxLength, graph } = backbone;
  const { rows, cachedInputs, ...timings } = await backbone.extractor.extract(sequences, {
    cacheSalt: request.cache_salt,
    maxLength,
    priority: request.priority ?? 'online',
    signal,
    onRun,
  });
  return {
    data: rows.map((halfs) => Array.from(widenHalfs(halfs).subarray((graph.taps - 1) * graph.width))),
    truncated: sequences.filter(({ isTruncated }) => isTruncated).length,
    usage: { input_tokens: sequences.reduce((sum, { ids }) => sum + ids.length, 0), cached_inputs: cachedInputs },
    timings: { tokenizationMs, ...timings },
  };
}

async function embedImages(
  backbone: ResidentImageBackbone,
  request: Request,
  { signal, onRun }: Caller,
): Promise<Response> {
  const inputs = request.inputs.map((input, index): PredictRecord => {
    if (!('tokens' in input)) return input;
    const param = `input.${index}`;
    throw new LevigateError('invalid_request', `"${param}" is tokens, and ${backbone.graph.id} reads images.`, {
      param,
    });
  });
  const {
    matrix: { rows, taps, width, data },
    ...features
  } = await extractFeatures(
    backbone,
    { inputs, cache_salt: request.cache_salt },
    { maxLength: Infinity, isTextOptional: false, readsImages: false, signal, onRun },
  );
  const lastOf = (row: number): Float32Array =>
    data.subarray((row * taps + taps - 1) * width, (row + 1) * taps * width);
  const { inputTokens, cachedInputs, tokenizationMs, queueMs, inferenceMs } = features;
  return {
    data: Array.from({ length: rows }, (_, row) => Array.from(lastOf(row))),
    truncated: 0,
    usage: { input_tokens: inputTokens, cached_inputs: cachedInputs },
    timings: { tokenizationMs, queueMs, inferenceMs },
  };
}
