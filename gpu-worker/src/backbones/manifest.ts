import { z } from 'zod';

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);

const base = z.object({
  format: z.literal(1),
  id: z.string(),
  /** SHA-256 over the source files' hashes and the tap specification: equal fingerprints mean equal features. */
  fingerprint: sha256,
  revision: z.string(),
  license: z.string(),
  taps: z.int().positive(),
  width: z.int().positive(),
  dtype: z.enum(['fp32', 'fp16', 'q4']),
  files: z.object({
    graph: z.string(),
    weights: z.string(),
    graphSizeBytes: z.int().nonnegative(),
    weightsSizeBytes: z.int().nonnegative(),
  }),
  sources: z.array(z.object({ path: z.string(), sha256 })),
});

const textManifest = base.extend({
  // Manifests from before there were images do not say it.
  modality: z.literal('text').default('text'),
  maxTokens: z.int().positive(),
  idsDtype: z.enum(['int32', 'int64']),
});

const imageManifest = base.extend({
  modality: z.literal('image'),
  imageSize: z.object({ height: z.int().positive(), width: z.int().positive() }),
});

/** What a prepared backbone's folder says about itself. Written last, so a folder with a manifest is whole. */
export const backboneManifest = z.union([imageManifest, textManifest]);

export type BackboneManifest = z.infer<typeof backboneManifest>;
