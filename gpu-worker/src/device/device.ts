import type {
  CorruptedFrom,
  FineTuneEvent,
  FineTuneTargetsInput,
  LeviConfig,
  ModelResult,
  Provenance,
  TrainingRecord,
} from '../../../src/levi/index.ts';
import type { EncoderBatch } from './encoder-batch.ts';
import type { Device as DeviceName } from '../runtime/onnx-runtime.ts';

/** What the device needs to know of a prepared backbone; sent with every request, so a new process needs no history. */
export interface BackboneGraph {
  readonly id: string;
  readonly fingerprint: string;
  readonly graphPath: string;
  readonly taps: number;
  readonly width: number;
  /** null: it reads pixels. */
  readonly idsDtype: 'int32' | 'int64' | null;
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
  /** When the device began, in milliseconds since 1970; of a device process alone, as is its number. */
  readonly startMs?: number | undefined;
  readonly pid?: number | undefined;
}

/** A batch as it was run: what a trace shows of the device process. */
export interface DeviceRun {
  readonly pid: number;
  /** Milliseconds since 1970. */
  readonly startMs: number;
  readonly endMs: number;
  readonly rows: number;
  /** Without padding. */
  readonly tokens: number;
}

/** Told once for each batch that holds some of a request's inputs. */
export type OnRun = (run: DeviceRun) => void;

/** A split as announced to the device; its features follow in chunks. */
export interface AnnouncedSplit {
  readonly name: string;
  readonly records: readonly TrainingRecord[];
}

export interface AnnouncedShift extends AnnouncedSplit {
  /** The user's name for it, or the corruption's; two may be the same. */
  readonly title: string;
  readonly corrupted?: CorruptedFrom;
}

export interface TrainingInput {
  readonly taps: number;
  readonly width: number;
  readonly train: AnnouncedSplit;
  readonly validation: AnnouncedSplit | null;
  readonly shifts: readonly AnnouncedShift[];
  readonly config: LeviConfig;
  readonly targets: FineTuneTargetsInput['targets'];
  readonly seed: number;
  readonly checkpoint: Uint8Array | null;
  readonly truncatedTexts: number;
  readonly provenance: Provenance;
}

export type TrainingOutcome = ModelResult;

export interface TrainingRequest {
  readonly input: TrainingInput;
  /** By split name. */
  readonly halfs: ReadonlyMap<string, Uint16Array>;
  /** By split name, `[rows, 3, 32, 32]`; of image backbones alone. */
  readonly thumbnails: ReadonlyMap<string, Uint8Array>;
  readonly signal: AbortSignal;
}

/** The frozen backbone and training, wherever they run. Everybody but device/ sees this only. */
export interface DevicePort {
  /** Rejects with `worker_failed` when no device process could be started. */
  readonly info: Promise<DeviceInfo>;
  load(backbone: BackboneGraph): Promise<void>;
  /** Retried once on a fresh process when the process dies under it; then `worker_failed`. */
  embed(backbone: BackboneGraph, batch: EncoderBatch): Promise<EmbeddedBatch>;
  /** Rejects with `worker_failed` when the process dies; the job goes on from its checkpoint elsewhere. */
  train(request: TrainingRequest): AsyncGenerator<FineTuneEvent, TrainingOutcome>;
}
