import type { z } from 'zod';
import { LevigateError } from '../../../src/contract/errors.ts';
import { TOKENS_PER_IMAGE } from '../../../src/contract/models.ts';
import type { WorkerPredictRequest } from '../../../src/contract/worker-protocol.ts';
import type { OnRun } from '../device/device.ts';
import type { FeatureMatrix, ImageSet } from '../../../src/levi/index.ts';
import { widenHalfs } from '../runtime/half-floats.ts';
import { UnreadableImageError } from '../features/image-extractor.ts';
import { decodeBase64 } from '../images/decode-base64.ts';
import { ImageError } from '../images/image-error.ts';
import { readThumbnail } from '../images/image-reader.ts';
import { toImageSet } from '../images/to-image-set.ts';
import type { ResidentBackbone, ResidentImageBackbone, ResidentTextBackbone } from '../resident/resident-backbones.ts';

type Request = Pick<z.infer<typeof WorkerPredictRequest>, 'inputs' | 'cache_salt' | 'cache' | 'priority'>;

export interface Features {
  readonly matrix: FeatureMatrix;
  /** What the task model reads of images; null where it reads none. */
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
  /** Whether a model's task model reads an image beside the text. */
  readonly readsImages: boolean;
  readonly signal: AbortSignal | undefined;
  readonly onRun?: OnRun | undefined;
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
  { maxLength, isTextOptional, readsImages, signal, onRun }: ExtractFeaturesOptions,
): Promise<Features> {
  const startedMs = performance.now();
  const sequences = request.inputs.map(({ text = isTextOptional ? '' : undefined }, index) => {
    if (text === undefined) throw lacking(index, 'text', `from ${graph.id}, which reads texts`);
    return tokenizer.encode(text, maxLength);
  });
  const images = readsImages ? await readThumbnails(request) : null;
  const tokenizationMs = performance.now() - startedMs;
  const { rows, ...timings } = await extractor.extract(sequences, {
    cacheSalt: request.cache_salt,
    maxLength,
    priority: request.priority ?? 'online',
    noStore: request.cache === 'no-store',
    signal,
    onRun,
  });
  return {
    matrix: toMatrix(rows, graph),
    images,
    inputTokens: sequences.reduce((sum, { ids }) => sum + ids.length, 0),
    tokenizationMs,
    ...timings,
  };
}

async function extractOfImages(
  { extractor, graph }: ResidentImageBackbone,
  request: Request,
  { signal, onRun }: ExtractFeaturesOptions,
): Promise<Features> {
  const files = request.inputs.map(({ image }, index) => {
    if (image === undefined) throw lacking(index, 'image', `from ${graph.id}, which reads images`);
    return decodeBase64(image);
  });
  const { rows, thumbnails, decodeMs, ...timings } = await extractor
    .extract(files, {
      cacheSalt: request.cache_salt,
      priority: request.priority ?? 'online',
      noStore: request.cache === 'no-store',
      signal,
      onRun,
    })
    .catch((error: unknown) => {
      if (!(error instanceof UnreadableImageError)) throw error;
      throw unreadable(error.index, error);
    });
  return {
    matrix: toMatrix(rows, graph),
    images: toImageSet(Buffer.concat(thumbnails), files.length),
    inputTokens: files.length * TOKENS_PER_IMAGE,
    tokenizationMs: decodeMs,
    ...timings,
  };
}

async function readThumbnails({ inputs }: Request): Promise<ImageSet> {
  const thumbnails = await Promise.all(
    inputs.map(async ({ image }, index) => {
      if (image === undefined) throw lacking(index, 'image', 'with an image beside every text');
      return await readThumbnail(decodeBase64(image)).catch((error: unknown) => {
        throw error instanceof ImageError ? unreadable(index, error) : error;
      });
    }),
  );
  return toImageSet(Buffer.concat(thumbnails), inputs.length);
}

function unreadable(index: number, cause: Error): LevigateError {
  const param = `input.${index}.image`;
  return new LevigateError('invalid_request', `"${param}" ${cause.message}.`, { param, cause });
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

function lacking(index: number, part: 'text' | 'image', tuned: string): LevigateError {
  const param = `input.${index}.${part}`;
  return new LevigateError(
    'invalid_request',
    `"${param}" is missing: the model was fine-tuned ${tuned}; give ${EXAMPLES[part]}.`,
    { param },
  );
}
