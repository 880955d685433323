import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { LevigateError } from '../../../src/contract/errors.ts';
import type { PrepareBackboneOptions } from './backbone-options.ts';
import { DEFAULT_MAX_TOKENS } from '../../../src/contract/catalogue.ts';
import type { Modality } from '../../../src/contract/models.ts';
import type { ImagePooling } from '../../../src/engine/tap/image-pooling-nodes.ts';
import { fileExists } from './file-exists.ts';
import { prepareSpec } from './prepare-spec.ts';
import type { PreparedBackbone } from './prepared-backbone.ts';
import type { BackboneSpec, PinnedFile } from './registry.ts';

export interface PrepareFolderOptions extends PrepareBackboneOptions {
  /** Name the backbone gets here. */
  readonly id: string;
  /** Default `text`. */
  readonly modality?: Modality;
  readonly taps?: number | undefined;
  readonly maxTokens?: number | undefined;
  readonly pooling?: ImagePooling | undefined;
  readonly prefixTokens?: number | undefined;
  /** Hidden states by name, for a graph whose structure is refused. */
  readonly tapNames?: readonly string[] | undefined;
  readonly license?: string;
}

const REQUIRED = {
  text: ['config.json', 'tokenizer.json', 'tokenizer_config.json'],
  image: ['config.json', 'preprocessor_config.json'],
} as const satisfies Record<Modality, readonly string[]>;

/** The first that is there; CLIP and SigLIP exports have their towers apart, and only the vision tower is needed. */
const GRAPHS = {
  text: ['onnx/model.onnx', 'model.safetensors'],
  image: ['onnx/vision_model.onnx', 'onnx/model.onnx'],
} as const satisfies Record<Modality, readonly string[]>;

/**
 * Makes a folder of the operator's own ready to run: Transformers.js layout (`onnx/model.onnx`), or a BERT-family
 * encoder as `model.safetensors`, with config.json, tokenizer.json and tokenizer_config.json; for images an ONNX export with
 * config.json and preprocessor_config.json. Nothing is pinned, so the files' own hashes make the fingerprint.
 *
 * @throws LevigateError `backbone_unavailable` when a file is missing, `backbone_invalid` when the graph is refused.
 */
export async function prepareFolder(folder: string, options: PrepareFolderOptions): Promise<PreparedBackbone> {
  return await prepareSpec(await describeFolder(folder, options), { ...options, sourceFolder: folder });
}

/** What lies in a folder, measured now. @throws LevigateError `backbone_unavailable` when a file is missing. */
export async function describeFolder(folder: string, options: PrepareFolderOptions): Promise<BackboneSpec> {
  const { modality = 'text' } = options;
  const graph = await findGraph(folder, GRAPHS[modality]);
  const files: string[] = [...REQUIRED[modality], graph];
  if (await fileExists(join(folder, `${graph}_data`))) files.push(`${graph}_data`);
  const base = {
    id: options.id,
    repository: folder,
    revision: 'local',
    isPublished: false,
    license: options.license ?? 'unknown',
    files: await Promise.all(files.map((path) => measure(folder, path))),
    taps: options.taps,
  };
  if (modality === 'image') {
    return { ...base, modality, pooling: options.pooling, prefixTokens: options.prefixTokens };
  }
  return {
    ...base,
    modality,
    weights: graph.endsWith('.onnx') ? 'onnx' : 'safetensors',
    maxTokens: options.maxTokens ?? DEFAULT_MAX_TOKENS,
    tokenizerConfig: null,
    pooling: options.pooling === 'cls_and_mean' ? undefined : options.pooling,
    tapNames: options.tapNames,
  };
}

async function findGraph(folder: string, candidates: readonly [string, string]): Promise<string> {
  const [first, second] = candidates;
  return (await fileExists(join(folder, first))) ? first : second;
}

async function measure(folder: string, path: string): Promise<PinnedFile> {
  const hash = createHash('sha256');
  try {
    for await (const chunk of createReadStream(join(folder, path))) hash.update(chunk);
    return { path, sizeBytes: (await stat(join(folder, path))).size, sha256: hash.digest('hex') };
  } catch (error) {
    throw new LevigateError('backbone_unavailable', `The backbone folder ${folder} has no readable ${path}.`, {
      cause: error,
    });
  }
}
