import { z } from 'zod';
import { DriftReference, Hyperparameters, LeviOptions } from '../../contract/index.ts';

/** What an exported adapter's archive says of itself: with its files it is all that another Levigate needs. */
export const ExportManifest = z.object({
  object: z.literal('export.adapter'),
  version: z.literal(1),
  model: z.string(),
  created: z.int(),
  backbone: z.object({ id: z.string(), fingerprint: z.string() }),
  method: z.string(),
  labels: z.array(z.string()),
  adapter: z.object({ sha256: z.string().regex(/^[0-9a-f]{64}$/), bytes: z.int().positive() }),
  job: z.object({
    id: z.string(),
    training_file: z.string(),
    validation_file: z.string().nullable(),
    suffix: z.string().max(64).nullable(),
    seed: z.int(),
    hyperparameters: Hyperparameters,
    levi: LeviOptions,
    trained_tokens: z.int().nullable(),
  }),
  drift_reference: DriftReference.nullable(),
  /** By target: hashes of data and backbone, engine, seed, threads. */
  provenance: z.record(z.string(), z.record(z.string(), z.unknown())),
});
export type ExportManifest = z.infer<typeof ExportManifest>;

export const EXPORT_FILES = {
  manifest: 'manifest.json',
  report: 'report.json',
  adapter: 'adapter.safetensors',
} as const;
