import type { LeviConfig, FineTuneEvent, FineTuneResult, TrainingRecord } from '../../../src/levi/index.ts';
import type { PaddedBatch } from './messages.ts';
import type { Device as DeviceName } from '../runtime/onnx-runtime.ts';

/** What the device needs to know of a prepared backbone; sent with every request, so a new process needs no history. */
export interface BackboneGraph {
  readonly id: string;
  readonly fingerprint: string;
  readonly graphPath: string;
  readonly taps: number;
  readonly width: number;
  readonly idsDtype: 'int32' | 'int64';
}

export interface DeviceInfo {
  readonly device: DeviceName;
  readonly threads: number;
  readonly reasons: readonly string[];
}

/** Pooled features of a batch, [rows, taps, width]. */
export interface EmbeddedBatch {
  readonly features: Float32Array;
  readonly inferenceMs: number;
}

/** Rows of one split, with half-float features [rows, taps, width] as the cache holds them. */
export interface TrainingSplit {
  readonly records: readonly TrainingRecord[];
  readonly halfs: Uint16Array;
}

/** A split as announced to the device; its features follow in chunks. */
export interface AnnouncedSplit {
  readonly name: string;
  readonly records: readonly TrainingRecord[];
}

export interface TrainingInput {
  readonly taps: number;
  readonly width: number;
  readonly train: AnnouncedSplit;
  readonly validation: AnnouncedSplit | null;
  readonly shifts: readonly AnnouncedSplit[];
  readonly config: LeviConfig;
  readonly seed: number;
  readonly checkpoint: Uint8Array | null;
  readonly provenance: TrainingProvenance;
}

/** What the report says of the run beyond what the method itself knows. */
export interface TrainingProvenance {
  readonly backbone: string;
  readonly backboneFingerprint: string;
  readonly maxLength: number;
  readonly truncatedTexts: number;
  readonly trainingFileSha256: string;
}

export type TrainingOutcome = FineTuneResult;

export interface TrainingRequest {
  readonly input: TrainingInput;
  /** By split name. */
  readonly halfs: ReadonlyMap<string, Uint16Array>;
  readonly signal: AbortSignal;
}

/** The frozen backbone and training, wherever they run. Everybody but device/ sees this only. */
export interface DevicePort {
  /** Rejects with `worker_failed` when no device process could be started. */
  readonly info: Promise<DeviceInfo>;
  load(backbone: BackboneGraph): Promise<void>;
  /** Retried once on a fresh process when the process dies under it; then `worker_failed`. */
  embed(backbone: BackboneGraph, batch: PaddedBatch): Promise<EmbeddedBatch>;
  /** Rejects with `worker_failed` when the process dies; the job goes on from its checkpoint elsewhere. */
  train(request: TrainingRequest): AsyncGenerator<FineTuneEvent, TrainingOutcome>;
}
