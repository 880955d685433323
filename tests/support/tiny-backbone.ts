import { createHash } from 'node:crypto';
import type { TextBackboneSpec } from '../../gpu-worker/src/backbones/registry.ts';
import { writeSafetensors } from '../../src/engine/safetensors/write-safetensors.ts';
import { createTinyBert, tinyBertConfig } from './tiny-bert.ts';

const text = new TextEncoder();

/** The files of the tiny BERT, as a hub would serve them. */
export const tinyFiles: Readonly<Record<string, Uint8Array>> = {
  'config.json': text.encode(JSON.stringify(tinyBertConfig)),
  'tokenizer.json': text.encode('{}'),
  'model.safetensors': writeSafetensors(createTinyBert().tensors),
};

export const tinySpec: TextBackboneSpec = {
  id: 'tiny-bert',
  modality: 'text',
  isPublished: true,
  repository: 'someone/tiny-bert',
  revision: '0123456789abcdef',
  license: 'Apache-2.0',
  weights: 'safetensors',
  maxTokens: 256,
  tokenizerConfig: { tokenizer_class: 'BertTokenizer' },
  files: Object.entries(tinyFiles).map(([path, bytes]) => ({
    path,
    sizeBytes: bytes.length,
    sha256: createHash('sha256').update(bytes).digest('hex'),
  })),
};
