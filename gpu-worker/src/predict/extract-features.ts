import type { z } from 'zod';
import { LevigateError } from '../../../src/contract/errors.ts';
import { TOKENS_PER_IMAGE } from '../../../src/contract/models.ts';
import type { WorkerPredictRequest } from '../../../src/contract/worker-protocol.ts';
import type { FeatureMatrix, ImageSet } from '../../../src/levi/index.ts';
import { widenHalfs } from '../features/half-floats.ts';
import { UnreadableImageError } from '../features/image-extractor.ts';
import { decodeBase64 } from '../images/decode-base64.ts';
import { toImageSet } from '../images/to-image-set.ts';
import type { ResidentBackbone, ResidentImageBackbone, ResidentTextBackbone } from '../resident/resident-backbones.ts';

type Request = Pick<z.infer<typeof WorkerPredictRequest>, 'inputs' | 'cache_salt'>;

export interface Features {
  readonly matrix: FeatureMatrix;
  /** What the task model reads of images; null where the backbone reads texts. */
  readonly images: ImageSet | null;
  readonly inputTokens: number;
  readonly cachedInputs: number;
  /** Of images: until the last was decoded. */
  readonly tokenizationMs: number;
  readonly queueMs: number;
  readonly inferenceMs: number;
}

export interface ExtractFeaturesOptions {
  /** Of texts, in tokens. */
  readonly maxLength: number;
  /** Whether the models were trained on records without any: then one that is missing is an empty one. */
  readonly isTextOptional: boolean;
  readonly signal: AbortSignal | undefined;
}

/**
 * What the backbone makes of each input. Rejects with `invalid_request`, naming the input, where one lacks what this backbone
 * reads, or holds an image that cannot be read.
 */
export function extractFeatures(
  backbone: ResidentBackbone,
  request: Request,
  options: ExtractFeaturesOptions,
): Promise<Features> {
  return backbone.modality === 'image'
    ? extractOfImages(backbone, request, options)
    : extractOfTexts(backbone, request, options);
}

async function extractOfTexts(
  { tokenizer, extractor, graph }: ResidentTextBackbone,
  request: Request,
  { maxLength, isTextOptional, signal }: ExtractFeaturesOptions,
): Promise<Features> {
  const startedMs = performance.now();
  const sequences = request.inputs.map(({ text = isTextOptional ? '' : undefined }, index) => {
    if (text === undefined) throw lacking(index, 'text', graph.id);
    return tokenizer.encode(text, maxLength);
  });
  const tokenizationMs = performance.now() - startedMs;
  const { rows, ...timings } = await extractor.extract(sequences, {
    cacheSalt: request.cache_salt,
    maxLength,
    priority: 'online',
    signal,
  });
  return {
    matrix: toMatrix(rows, graph),
    images: null,
    inputTokens: sequences.reduce((sum, { ids }) => sum + ids.length, 0),
    tokenizationMs,
    ...timings,
  };
}

async function extractOfImages(
  { extractor, graph }: ResidentImageBackbone,
  request: Request,
  { signal }: ExtractFeaturesOptions,
): Promise<Features> {
  const files = request.inputs.map(({ image }, index) => {
    if (image === undefined) throw lacking(index, 'image', graph.id);
    return decodeBase64(image);
  });
  const { rows, thumbnails, decodeMs, ...timings } = await extractor
    .extract(files, { cacheSalt: request.cache_salt, priority: 'online', signal })
    .catch((error: unknown) => {
      if (!(error instanceof UnreadableImageError)) throw error;
      const param = `input.${error.index}.image`;
      throw new LevigateError('invalid_request', `"${param}" ${error.message}.`, { param, cause: error });
    });
  return {
    matrix: toMatrix(rows, graph),
    images: toImageSet(Buffer.concat(thumbnails), files.length),
    inputTokens: files.length * TOKENS_PER_IMAGE,
    tokenizationMs: decodeMs,
    ...timings,
  };
}

function toMatrix(
  rows: readonly Uint16Array[],
  { taps, width }: { readonly taps: number; readonly width: number },
): FeatureMatrix {
  const data = new Float32Array(rows.length * taps * width);
  for (const [index, halfs] of rows.entries()) data.set(widenHalfs(halfs), index * taps * width);
  return { rows: rows.length, taps, width, data };
}

const EXAMPLES = { text: '{"text": "..."}', image: '{"image": "<base64>"}' } as const;

function lacking(index: number, part: 'text' | 'image', backbone: string): LevigateError {
  const param = `input.${index}.${part}`;
  return new LevigateError(
    'invalid_request',
    `"${param}" is missing: the model was fine-tuned from ${backbone}, which reads ${part}s; give ${EXAMPLES[part]}.`,
    { param },
  );
}
