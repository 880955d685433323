import type { Columns, ComparedMethod } from '../../contract/levi.ts';
import { ADAPTER_FORMAT, ADAPTER_VERSION } from '../adapter/manifest.ts';
import type { AdapterManifest } from '../adapter/manifest.ts';
import { METHOD_RULES, ruleOf } from '../methods/method-rules.ts';
import { PART_RULES } from '../methods/parts.ts';
import type { PartKey } from '../methods/parts.ts';
import type { TaskKnowledge } from '../task-model/task-reader.ts';
import type { Question } from '../tasks/targets.ts';
import type { AssignedRows } from './assign-rows.ts';
import { ENGINE_VERSION } from './engine-version.ts';
import type { FineTuneInput } from './events.ts';

interface Reads extends Pick<TaskKnowledge, 'schema' | 'imageSize'> {
  /** Whether any record had a text. */
  readonly hasText: boolean;
}

export interface ManifestInput {
  readonly input: FineTuneInput;
  readonly question: Question;
  readonly layers: readonly number[];
  readonly rows: AssignedRows;
  readonly method: ComparedMethod;
  /** r; null where the method has no adapting layers. */
  readonly adaptingWidth: number | null;
  /** Whether these are rounded. */
  readonly isRounded: boolean;
  readonly probeTaps: readonly number[];
  /** What task models of this run read beside text. */
  readonly reads: Reads;
}

export function createManifest({
  input,
  question,
  layers,
  rows,
  method,
  probeTaps,
  adaptingWidth,
  isRounded,
  reads,
}: ManifestInput): AdapterManifest {
  const { provenance, config } = input;
  // What else is compared decides nothing, so it leaves no trace in the bytes.
  const { baselines: _, seeds: __, corruptions: ___, groupBy: ____, ...choices } = config;
  const parts: readonly PartKey[] = METHOD_RULES[method].parts;
  const { hasSilentTask = false } = ruleOf(method);
  return {
    format: ADAPTER_FORMAT,
    version: ADAPTER_VERSION,
    task: question.task,
    method,
    labels: [...question.labels],
    layers: [...layers],
    width: input.train.features.width,
    adapting_width: adaptingWidth,
    ...(isRounded ? { adapting_encoding: 'int8' } : {}),
    ...(reads.hasText ? {} : { without_text: true }),
    ...describeReads(method, reads),
    ...(config.coverageGate && parts.includes('levi') && !hasSilentTask ? { coverage_gate: true } : {}),
    probe_taps: parts.some((part) => PART_RULES[part].isProbe) ? [...probeTaps] : [],
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
      columns: decidingColumns(provenance.columns),
      ...(provenance.maxLength === undefined ? {} : { maxLength: provenance.maxLength }),
      rows: { train: rows.train.length, validation: rows.validation.rows.length, test: rows.test.rows.length },
    },
  };
}

/** Nothing for methods whose task model reads nothing, or that have none. */
function describeReads(
  method: ComparedMethod,
  { schema, imageSize }: ManifestInput['reads'],
): Pick<AdapterManifest, 'fields' | 'image_size'> {
  const { parts, hasSilentTask = false } = ruleOf(method);
  if (hasSilentTask || parts.every((key) => PART_RULES[key].taskModel === null)) return {};
  return {
    ...(schema.length === 0 ? {} : { fields: [...schema] }),
    ...(imageSize === 0 ? {} : { image_size: imageSize }),
  };
}

/** Groups and ids are for the report and for names, so they leave no trace in the bytes either. */
function decidingColumns(all: Columns = {}): Columns | null {
  const { group: _, id: __, ...columns } = all;
  return Object.keys(columns).length === 0 ? null : columns;
}
