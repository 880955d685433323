import type { Method } from '../../contract/levi.ts';
import { ADAPTER_FORMAT, ADAPTER_VERSION } from '../adapter/manifest.ts';
import type { AdapterManifest } from '../adapter/manifest.ts';
import { METHOD_RULES } from '../methods/method-rules.ts';
import type { PartKey } from '../methods/parts.ts';
import type { AssignedRows } from './assign-rows.ts';
import { ENGINE_VERSION } from './engine-version.ts';
import type { FineTuneInput } from './events.ts';

export interface ManifestInput {
  readonly input: FineTuneInput;
  readonly labels: readonly string[];
  readonly layers: readonly number[];
  readonly rows: AssignedRows;
  readonly method: Method;
  readonly probeTaps: readonly number[];
}

export function createManifest({ input, labels, layers, rows, method, probeTaps }: ManifestInput): AdapterManifest {
  const { config, provenance } = input;
  const parts: readonly PartKey[] = METHOD_RULES[method].parts;
  return {
    format: ADAPTER_FORMAT,
    version: ADAPTER_VERSION,
    task: config.task,
    method,
    labels: [...labels],
    layers: [...layers],
    width: input.train.features.width,
    adapting_width: parts.includes('levi') ? config.adaptingWidth : null,
    probe_taps: parts.includes('probe') ? [...probeTaps] : [],
    backbone: { id: provenance.backbone, fingerprint: provenance.backboneFingerprint },
    config: { ...config },
    provenance: {
      engine_version: ENGINE_VERSION,
      seed: input.seed,
      threads: provenance.threads,
      device: input.runtime.device,
      training_file_sha256: provenance.trainingFileSha256,
      ...(provenance.maxLength === undefined ? {} : { maxLength: provenance.maxLength }),
      rows: { train: rows.train.length, validation: rows.validation.rows.length, test: rows.test.rows.length },
    },
  };
}
