import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { LevigateError } from '../../../src/contract/errors.ts';
import type { PrepareBackboneOptions } from './backbone-options.ts';
import { fileExists } from './file-exists.ts';
import { prepareSpec } from './prepare-spec.ts';
import type { PreparedBackbone } from './prepared-backbone.ts';
import type { BackboneSpec, PinnedFile } from './registry.ts';

export interface PrepareFolderOptions extends PrepareBackboneOptions {
  /** Name the backbone gets here. */
  readonly id: string;
  readonly maxTokens?: number;
  /** Hidden states by name, for a graph whose structure is refused. */
  readonly tapNames?: readonly string[];
}

const optionalFiles = ['onnx/model.onnx_data'];

/**
 * Makes a folder of the operator's own ready to run: Transformers.js layout (`onnx/model.onnx`), or a BERT-family
 * encoder as `model.safetensors`, with config.json, tokenizer.json and tokenizer_config.json. Nothing is pinned, so
 * the files' own hashes make the fingerprint.
 *
 * @throws LevigateError `backbone_unavailable` when a file is missing, `backbone_invalid` when the graph is refused.
 */
export async function prepareFolder(folder: string, options: PrepareFolderOptions): Promise<PreparedBackbone> {
  const weights = (await fileExists(join(folder, 'onnx', 'model.onnx'))) ? 'onnx' : 'safetensors';
  const required = ['config.json', 'tokenizer.json', 'tokenizer_config.json'];
  const files = [...required, weights === 'onnx' ? 'onnx/model.onnx' : 'model.safetensors'];
  for (const path of optionalFiles) if (await fileExists(join(folder, path))) files.push(path);
  const spec: BackboneSpec = {
    id: options.id,
    repository: folder,
    revision: 'local',
    license: 'unknown',
    weights,
    files: await Promise.all(files.map((path) => measure(folder, path))),
    maxTokens: options.maxTokens ?? 256,
    tokenizerConfig: null,
    ...(options.tapNames === undefined ? {} : { tapNames: options.tapNames }),
  };
  return await prepareSpec(spec, { ...options, sourceFolder: folder });
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
