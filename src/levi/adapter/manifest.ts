import { z } from 'zod';
import { ComparedMethod, Task } from '../../contract/levi.ts';
import { FieldsSchema } from '../fields/fields-schema.ts';

export const ADAPTER_FORMAT = 'levigate-adapter';
export const ADAPTER_VERSION = 3;
/** Had all weights in floats, 32 bits each. */
export const FLOAT_VERSION = 2;
/** Had no temperature: its logits are answered as they are. */
export const UNCALIBRATED_VERSION = 1;
/** The safetensors metadata key that holds the manifest as JSON. */
export const MANIFEST_KEY = 'levigate';

/** What an adapter says about itself. Nothing in it depends on when or how fast it was trained: equal runs give equal bytes. */
export const AdapterManifest = z.object({
  format: z.literal(ADAPTER_FORMAT),
  version: z.literal([UNCALIBRATED_VERSION, FLOAT_VERSION, ADAPTER_VERSION]),
  task: Task,
  method: ComparedMethod,
  /** In the order of the outputs; the levels of an ordinal task, nothing for regression. */
  labels: z.array(z.string()),
  /** Positions among the backbone's taps; 0 is the embeddings. */
  layers: z.array(z.int().min(0)).min(1),
  /** d, features per layer. */
  width: z.int().min(1),
  /** r; null where the method has no adapting layers. */
  adapting_width: z.int().min(1).nullable(),
  /** How the half of its adapting layers that reads the backbone is stored; absent: in floats, or there is none. */
  adapting_encoding: z.literal('int8').optional(),
  /** What its task model reads beside text; absent where it reads text alone. */
  fields: FieldsSchema.optional(),
  /** Height and width of the thumbnails that its task model reads. */
  image_size: z.int().min(8).max(256).optional(),
  coverage_gate: z.literal(true).optional(),
  /** No record that it was trained on had a text. */
  without_text: z.literal(true).optional(),
  /** Which of `layers`, by position, the probe reads. */
  probe_taps: z.array(z.int().min(0)),
  backbone: z.object({ id: z.string(), fingerprint: z.string() }),
  config: z.record(z.string(), z.unknown()),
  provenance: z.record(z.string(), z.unknown()),
});
export type AdapterManifest = z.infer<typeof AdapterManifest>;
