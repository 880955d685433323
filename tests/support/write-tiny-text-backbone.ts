import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { tensor } from '../../src/engine/tensor.ts';
import type { Tensor } from '../../src/engine/tensor.ts';
import { writeSafetensors } from '../../src/engine/safetensors/write-safetensors.ts';

const WIDTH = 32;
const LAYERS = 2;
const INNER = 64;
const POSITIONS = 64;
const SPECIAL = ['[PAD]', '[UNK]', '[CLS]', '[SEP]'] as const;

/** A BERT of random weights that knows each of the words as a token, as an operator's folder. @returns the catalogue that names it */
export async function writeTinyTextBackbone(folder: string, name: string, words: readonly string[]): Promise<string> {
  const vocabulary = [...SPECIAL, ...new Set(words.map((word) => word.toLowerCase()))];
  const home = join(folder, name);
  await mkdir(home, { recursive: true });
  await writeFile(join(home, 'config.json'), JSON.stringify(configOf(vocabulary.length)));
  await writeFile(join(home, 'tokenizer.json'), JSON.stringify(tokenizerOf(vocabulary)));
  await writeFile(join(home, 'tokenizer_config.json'), JSON.stringify({ tokenizer_class: 'BertTokenizer' }));
  await writeFile(join(home, 'model.safetensors'), writeSafetensors(weightsOf(vocabulary.length)));
  const catalogue = join(folder, 'catalogue.json');
  const entry = { name, modality: 'text', taps: LAYERS + 1, max_tokens: POSITIONS, folder: name };
  await writeFile(catalogue, JSON.stringify({ backbones: [entry] }));
  return catalogue;
}

const configOf = (vocabulary: number) => ({
  model_type: 'bert',
  hidden_act: 'gelu',
  hidden_size: WIDTH,
  num_hidden_layers: LAYERS,
  num_attention_heads: 2,
  intermediate_size: INNER,
  vocab_size: vocabulary,
  max_position_embeddings: POSITIONS,
  type_vocab_size: 2,
  layer_norm_eps: 1e-12,
  position_embedding_type: 'absolute',
});

/** Words between blanks and punctuation, each a token or none. */
const tokenizerOf = (vocabulary: readonly string[]) => ({
  version: '1.0',
  truncation: null,
  padding: null,
  added_tokens: SPECIAL.map((content, id) => ({
    id,
    content,
    single_word: false,
    lstrip: false,
    rstrip: false,
    normalized: false,
    special: true,
  })),
  normalizer: {
    type: 'BertNormalizer',
    clean_text: true,
    handle_chinese_chars: true,
    strip_accents: null,
    lowercase: true,
  },
  pre_tokenizer: { type: 'BertPreTokenizer' },
  post_processor: {
    type: 'TemplateProcessing',
    single: [special('[CLS]'), { Sequence: { id: 'A', type_id: 0 } }, special('[SEP]')],
    pair: [
      special('[CLS]'),
      { Sequence: { id: 'A', type_id: 0 } },
      special('[SEP]'),
      { Sequence: { id: 'B', type_id: 1 } },
      special('[SEP]'),
    ],
    special_tokens: Object.fromEntries(
      ['[CLS]', '[SEP]'].map((token) => [token, { id: token, ids: [vocabulary.indexOf(token)], tokens: [token] }]),
    ),
  },
  decoder: { type: 'WordPiece', prefix: '##', cleanup: true },
  model: {
    type: 'WordPiece',
    unk_token: '[UNK]',
    continuing_subword_prefix: '##',
    max_input_chars_per_word: 100,
    vocab: Object.fromEntries(vocabulary.map((token, id) => [token, id])),
  },
});

const special = (id: string) => ({ SpecialToken: { id, type_id: 0 } });

function weightsOf(vocabulary: number): Record<string, Tensor> {
  let state = 1;
  const next = (): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32 - 0.5;
  };
  const tensors: Record<string, Tensor> = {};
  const add = (name: string, shape: readonly number[], around = 0, scale = 0.4): void => {
    const length = shape.reduce((product, size) => product * size, 1);
    tensors[name] = tensor(
      Float32Array.from({ length }, () => around + scale * next()),
      shape,
    );
  };
  const addLinear = (name: string, inputs: number, outputs: number): void => {
    add(`${name}.weight`, [outputs, inputs]);
    add(`${name}.bias`, [outputs], 0, 0);
  };
  const addNorm = (name: string): void => {
    add(`${name}.weight`, [WIDTH], 1, 0);
    add(`${name}.bias`, [WIDTH], 0, 0);
  };
  add('embeddings.word_embeddings.weight', [vocabulary, WIDTH], 0, 2);
  add('embeddings.position_embeddings.weight', [POSITIONS, WIDTH], 0, 0.1);
  add('embeddings.token_type_embeddings.weight', [2, WIDTH], 0, 0.1);
  addNorm('embeddings.LayerNorm');
  for (let layer = 0; layer < LAYERS; layer += 1) {
    const at = `encoder.layer.${layer}`;
    for (const part of ['query', 'key', 'value']) addLinear(`${at}.attention.self.${part}`, WIDTH, WIDTH);
    addLinear(`${at}.attention.output.dense`, WIDTH, WIDTH);
    addNorm(`${at}.attention.output.LayerNorm`);
    addLinear(`${at}.intermediate.dense`, WIDTH, INNER);
    addLinear(`${at}.output.dense`, INNER, WIDTH);
    addNorm(`${at}.output.LayerNorm`);
  }
  addLinear('pooler.dense', WIDTH, WIDTH);
  return tensors;
}
