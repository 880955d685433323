import type { DriftReference } from '../../contract/drift.ts';
import type { Columns, ComparedMethod } from '../../contract/levi.ts';
import type { TargetReport } from '../../contract/report.ts';
import type { Runtime } from '../../engine/index.ts';
import type { LeviConfig } from '../config.ts';
import type { FeatureMatrix } from '../feature-matrix.ts';
import type { ImageSet } from '../image-set.ts';
import type { TrainingRecord } from '../records/training-record.ts';

/** Records and, in the same order, the backbone's features of their texts, all taps. */
export interface LabelledFeatures {
  readonly records: readonly TrainingRecord[];
  readonly features: FeatureMatrix;
  /** Thumbnails of the records' images, for the task model. */
  readonly images?: ImageSet | undefined;
}

/** Held-out rows of the run that a built-in corruption was applied to: their positions in their file, and whether it changed them. */
export interface CorruptedFrom {
  readonly rows: readonly number[];
  readonly changed: readonly boolean[];
}

export interface ShiftSet extends LabelledFeatures {
  readonly name: string;
  /** Absent where the rows are of a shift file. */
  readonly corrupted?: CorruptedFrom | undefined;
}

/** What a run should be able to say about its origin; written into the adapter and the report as given. */
export interface Provenance {
  readonly backbone: string;
  readonly backboneFingerprint: string;
  readonly trainingFileSha256: string;
  readonly validationFileSha256?: string | undefined;
  /** Where in the files the records' parts stand, as it was asked for. */
  readonly columns?: Columns | undefined;
  readonly threads: number;
  /** Tokens after which texts were cut; the adapter is served with the same. */
  readonly maxLength?: number | undefined;
}

export interface FineTuneInput {
  readonly runtime: Runtime;
  /** Its name, in a job of several; the records' `label` is its answer. */
  readonly target?: string | undefined;
  readonly train: LabelledFeatures;
  readonly validation?: LabelledFeatures | undefined;
  /** Reported on; read only after every choice is made. */
  readonly shifts: readonly ShiftSet[];
  readonly config: LeviConfig;
  readonly seed: number;
  readonly provenance: Provenance;
  /** Texts longer than the backbone takes, for the report. */
  readonly truncatedTexts?: number | undefined;
  /** Bytes of an earlier `checkpoint` event of the same run. */
  readonly checkpoint?: Uint8Array | undefined;
  /** Least time between two checkpoints; one after every epoch and part when absent. */
  readonly checkpointIntervalMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Lets other work of the process run; called between steps. */
  readonly yieldToEventLoop?: (() => Promise<void>) | undefined;
}

export type FineTuneEvent =
  | {
      readonly type: 'metrics';
      readonly method: ComparedMethod;
      readonly epoch: number;
      readonly step: number;
      readonly trainLoss: number;
      readonly trainScore: number;
      readonly validLoss: number;
      readonly validScore: number;
    }
  | { readonly type: 'checkpoint'; readonly step: number; readonly bytes: Uint8Array }
  | { readonly type: 'message'; readonly level: 'info' | 'warn'; readonly message: string }
  | { readonly type: 'progress'; readonly fraction: number };

/** The model after one of its last epochs. */
export interface ModelCheckpoint {
  readonly epoch: number;
  readonly step: number;
  /** null: the last one, which is the model itself. */
  readonly adapter: Uint8Array | null;
  readonly trainLoss: number | null;
  readonly trainScore: number | null;
  readonly validLoss: number | null;
  readonly validScore: number | null;
}

export interface FineTuneResult {
  readonly adapter: Uint8Array;
  readonly report: TargetReport;
  readonly curve: TargetReport['curve'];
  /** What the served model's predictions are to be compared with. */
  readonly driftReference: DriftReference;
  /** By step; none of a method without steps. */
  readonly checkpoints: readonly ModelCheckpoint[];
}
