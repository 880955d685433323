import type { ComparedMethod } from '../../contract/levi.ts';
import { ADAPTER_FORMAT, ADAPTER_VERSION } from '../adapter/manifest.ts';
import type { AdapterManifest } from '../adapter/manifest.ts';
import { METHOD_RULES } from '../methods/method-rules.ts';
import type { PartKey } from '../methods/parts.ts';
import type { Question } from '../tasks/targets.ts';
import type { AssignedRows } from './assign-rows.ts';
import { ENGINE_VERSION } from './engine-version.ts';
import type { FineTuneInput } from './events.ts';

export interface ManifestInput {
  readonly input: FineTuneInput;
  readonly question: Question;
  readonly layers: readonly number[];
  readonly rows: AssignedRows;
  readonly method: ComparedMethod;
  /** r; null where the method has no adapting layers. */
  readonly adaptingWidth: number | null;
  readonly probeTaps: readonly number[];
}

export function createManifest({
  input,
  question,
  layers,
  rows,
  method,
  probeTaps,
  adaptingWidth,
}: ManifestInput): AdapterManifest {
  const { provenance, config } = input;
  // What else is compared decides nothing, so it leaves no trace in the bytes.
  const { baselines: _, seeds: __, ...choices } = config;
  const parts: readonly PartKey[] = METHOD_RULES[method].parts;
  return {
    format: ADAPTER_FORMAT,
    version: ADAPTER_VERSION,
    task: question.task,
    method,
    labels: [...question.labels],
    layers: [...layers],
    width: input.train.features.width,
    adapting_width: adaptingWidth,
    probe_taps: parts.includes('probe') || parts.includes('head2toe') ? [...probeTaps] : [],
    backbone: { id: provenance.backbone, fingerprint: provenance.backboneFingerprint },
    config: { ...choices },
    provenance: {
      engine_version: ENGINE_VERSION,
      seed: input.seed,
      threads: provenance.threads,
      device: input.runtime.device,
      runtime: input.runtime.implementation,
      training_file_sha256: provenance.trainingFileSha256,
      validation_file_sha256: provenance.validationFileSha256 ?? null,
      columns: provenance.columns ?? null,
      ...(provenance.maxLength === undefined ? {} : { maxLength: provenance.maxLength }),
      rows: { train: rows.train.length, validation: rows.validation.rows.length, test: rows.test.rows.length },
    },
  };
}
