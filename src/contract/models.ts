import { z } from 'zod';
import { UnixSeconds } from './common.ts';

/** The backbones this version serves. A worker prepares one on first use; hashes live beside the fetch code. */
export const BACKBONES = {
  'all-minilm-l6-v2': {
    created: 1_630_000_000,
    ownedBy: 'sentence-transformers',
    license: 'Apache-2.0',
    taps: 7,
    width: 384,
    maxTokens: 256,
  },
} as const;
export type BackboneName = keyof typeof BACKBONES;
export const DEFAULT_BACKBONE: BackboneName = 'all-minilm-l6-v2';
export const isBackbone = (name: string): name is BackboneName => Object.hasOwn(BACKBONES, name);

export const Model = z.object({
  id: z.string(),
  object: z.literal('model'),
  created: UnixSeconds,
  owned_by: z.string(),
  root: z.string().describe('The backbone'),
  parent: z.string().nullable().describe('null for a backbone itself'),
});
export type Model = z.infer<typeof Model>;
