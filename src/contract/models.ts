import { z } from 'zod';
import { UnixSeconds } from './common.ts';

/** What a backbone reads. The task model reads everything a record has. */
export const MODALITIES = ['text', 'image'] as const;
export type Modality = (typeof MODALITIES)[number];

export interface BackboneInfo {
  /** Unix seconds. */
  readonly created: number;
  readonly ownedBy: string;
  readonly license: string;
  readonly modality: Modality;
  /** What enters the first layer, and what leaves each. */
  readonly taps: number;
  /** null: it reads no tokens. */
  readonly maxTokens: number | null;
  /** Of tokens or patches into one vector; the mean where it says nothing. */
  readonly pooling?: 'mean' | 'cls' | 'cls_and_mean' | undefined;
  /** Lengths that its embeddings were trained to be cut to (Matryoshka); most were not. */
  readonly dimensions?: readonly number[] | undefined;
}

/** The backbones this version serves without a catalogue. A worker prepares one on first use; hashes live beside the fetch code. */
export const BACKBONES = {
  'all-minilm-l6-v2': {
    created: 1_630_000_000,
    ownedBy: 'sentence-transformers',
    license: 'Apache-2.0',
    modality: 'text',
    taps: 7,
    maxTokens: 256,
  },
  // The sums of its ten residual blocks and its last feature map.
  'mobilenet-v2': {
    created: 1_547_000_000,
    ownedBy: 'keras-applications',
    license: 'Apache-2.0',
    modality: 'image',
    taps: 11,
    maxTokens: null,
  },
} as const satisfies Readonly<Record<string, BackboneInfo>>;
/** What an image counts as in estimates and in usage: about as many tokens take as long. */
export const TOKENS_PER_IMAGE = 80;

export const DEFAULT_BACKBONE: keyof typeof BACKBONES = 'all-minilm-l6-v2';

export const Model = z.object({
  id: z.string(),
  object: z.literal('model'),
  created: UnixSeconds,
  owned_by: z.string(),
  root: z.string().describe('The backbone'),
  parent: z.string().nullable().describe('null for a backbone itself'),
});
export type Model = z.infer<typeof Model>;
