import type { ErrorCode } from '../../../src/contract/errors.ts';
import type { BackboneGraph, TrainingInput, TrainingOutcome } from './device.ts';
import type { EncoderBatch } from './encoder-batch.ts';
import type { FineTuneEvent } from '../../../src/levi/index.ts';
import type { Device } from '../runtime/onnx-runtime.ts';

/**
 * What the worker and its device process say to each other over IPC. `id` ties an answer to its request.
 * Both ends come from one build, so the types are trusted, not parsed.
 */
export type DeviceRequest =
  /** Asks for no answer: whoever loads the backbone after it hears of a failure. */
  | { readonly type: 'preload'; readonly backbone: BackboneGraph }
  | { readonly type: 'load'; readonly id: number; readonly backbone: BackboneGraph }
  | { readonly type: 'embed'; readonly id: number; readonly backbone: BackboneGraph; readonly batch: EncoderBatch }
  | { readonly type: 'train-rows'; readonly id: number; readonly training: number; readonly chunk: TrainingChunk }
  | { readonly type: 'train'; readonly id: number; readonly input: TrainingInput }
  | { readonly type: 'stop-training'; readonly id: number };

export type DeviceAnswer =
  | { readonly type: 'probing'; readonly device: Device }
  | { readonly type: 'ready'; readonly device: Device; readonly threads: number; readonly reasons: readonly string[] }
  | { readonly type: 'alive' }
  | { readonly type: 'unusable'; readonly error: PlainError }
  | { readonly type: 'done'; readonly id: number }
  | {
      readonly type: 'embedded';
      readonly id: number;
      readonly features: Float32Array;
      readonly inferenceMs: number;
      readonly startMs: number;
    }
  | { readonly type: 'training-event'; readonly id: number; readonly event: FineTuneEvent }
  | { readonly type: 'trained'; readonly id: number; readonly outcome: TrainingOutcome }
  | { readonly type: 'failed'; readonly id: number; readonly error: PlainError };

/** A run of rows of one split, on its way to the device before training starts: one message cannot hold 100,000 rows. */
export interface TrainingChunk {
  readonly split: string;
  /** Numbers of the whole split, and where in it these begin. */
  readonly total: number;
  readonly offset: number;
  /** Features as IEEE half floats, half the bytes and exactly what predictions will see; or the bytes of thumbnails. */
  readonly numbers: Uint16Array | Uint8Array;
}

/** An error as data: a class does not survive the channel. */
export interface PlainError {
  /** null: not one of ours, so unexpected. */
  readonly code: ErrorCode | null;
  readonly message: string;
  readonly param: string | null;
}
