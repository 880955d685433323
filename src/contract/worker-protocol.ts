import { z } from 'zod';
import { DriftReference } from './drift.ts';
import { CheckpointMetrics, JobError, JobProgress, NewJobEvent } from './fine-tuning.ts';
import { Hyperparameters, LeviOptions } from './levi.ts';
import {
  AssuranceRequest,
  FeatureCacheUse,
  PredictNotes,
  PredictRecord,
  Prediction,
  PredictUsage,
  Timings,
} from './predict.ts';

/**
 * What gateway and worker say to each other, both ways over HTTP with JSON bodies.
 * Gateway routes live under /worker/v1 (bearer: the worker token); a worker's own routes
 * under / (bearer: the `access_token` it made up and told at registration).
 */

export const RegisterWorker = z.strictObject({
  name: z.string().max(128),
  url: z.url().describe('Where the gateway reaches this worker'),
  access_token: z.string().min(32),
  device: z.enum(['cpu', 'webgpu', 'cuda']),
  backbones: z.array(z.string()).describe('Prepared and ready'),
  /** Leases of an earlier process of the same name are known dead and go back to the queue at once. */
  replaces_name: z.boolean().default(false),
});
export type RegisterWorker = z.infer<typeof RegisterWorker>;
export const RegisteredWorker = z.object({ worker_id: z.string(), heartbeat_interval_ms: z.int() });
export type RegisteredWorker = z.infer<typeof RegisteredWorker>;

/** Hexadecimal characters of an adapter's SHA-256 that name it in a heartbeat: telling apart is enough there. */
export const RESIDENT_NAME_CHARS = 16;
export const WorkerHeartbeat = z.strictObject({
  worker_id: z.string(),
  backbones: z.array(z.string()),
  queued_inputs: z.int().min(0),
  queued_tokens: z.int().min(0).default(0),
  in_flight: z.int().min(0).default(0).describe('Predict requests being answered'),
  is_draining: z.boolean().default(false).describe('No new request should come here'),
  resident_adapters: z
    .array(z.string().length(RESIDENT_NAME_CHARS))
    .max(1_024)
    .default([])
    .describe(
      "The first characters of the hashes of adapters in memory, most lately used first: where they needn't be fetched",
    ),
});
export type WorkerHeartbeat = z.infer<typeof WorkerHeartbeat>;
/** As it is sent: what a worker does not say has a default. */
export type WorkerHeartbeatMessage = z.input<typeof WorkerHeartbeat>;

/** A worker that has drained and ends: it is forgotten at once instead of when its heartbeats are missed. */
export const WorkerLeave = z.strictObject({ worker_id: z.string() });
export type WorkerLeave = z.infer<typeof WorkerLeave>;

/** Asks for a job; the gateway answers 200 with a lease or 204. */
export const ClaimRequest = z.strictObject({ worker_id: z.string() });
export type ClaimRequest = z.infer<typeof ClaimRequest>;

export const LeasedFile = z.object({ id: z.string(), sha256: z.string(), bytes: z.int() });
export const LeasedJob = z.object({
  job_id: z.string(),
  lease_token: z.string().describe('Fencing token of this attempt; every write names it'),
  lease_duration_ms: z.int(),
  attempt: z.int(),
  project_id: z.string(),
  cache_salt: z.string().describe("The project's salt for feature-cache keys"),
  backbone: z.string(),
  seed: z.int(),
  hyperparameters: Hyperparameters,
  levi: LeviOptions,
  training_file: LeasedFile,
  validation_file: LeasedFile.nullable(),
  shift_files: z.array(LeasedFile.extend({ name: z.string() })),
  has_checkpoint: z.boolean(),
});
export type LeasedJob = z.infer<typeof LeasedJob>;

/** An event with its number within the attempt: a message that is sent again, its answer lost, adds nothing. */
export const WorkerEvent = NewJobEvent.extend({ sequence: z.int().min(0) });
export type WorkerEvent = z.infer<typeof WorkerEvent>;

export const LeaseHeartbeat = z.strictObject({
  lease_token: z.string(),
  progress: JobProgress.optional(),
  events: z.array(WorkerEvent).max(100).default([]),
});
export type LeaseHeartbeat = z.infer<typeof LeaseHeartbeat>;
/** How cancel and pause travel back. */
export const LeaseOrder = z.object({ order: z.enum(['continue', 'cancel', 'pause']) });
export type LeaseOrder = z.infer<typeof LeaseOrder>;

/** Blobs a job uploads before it completes; the lease token travels in `x-lease-token`. */
export const ARTIFACTS = ['checkpoint', 'adapter', 'report', 'result', 'epoch_1', 'epoch_2'] as const;
export const ArtifactName = z.enum(ARTIFACTS);
export type ArtifactName = z.infer<typeof ArtifactName>;
export const UploadedArtifact = z.object({ bytes: z.int(), sha256: z.string() });

/** How a large artifact goes past the gateway, where the platform offers it: PUT to `url`, then keep the upload. */
export const DirectUploadRequest = z.strictObject({ bytes: z.int().min(1) });
export const DirectUpload = z.object({ upload_id: z.uuid(), url: z.string() });
export type DirectUpload = z.infer<typeof DirectUpload>;

/** How an export's archive is sent: whole, to the gateway or to a URL of the blob store, or in parts that are joined at the end. */
export const ExportUpload = z.discriminatedUnion('way', [
  z.object({ way: z.literal('whole') }),
  z.object({ way: z.literal('direct'), url: z.string() }),
  z.object({ way: z.literal('parts'), upload_id: z.uuid(), part_bytes: z.int().min(1) }),
]);
export type ExportUpload = z.infer<typeof ExportUpload>;
export const UploadedPart = z.object({ version: z.string() });
/** Of every part, in order, as its upload told it. */
export const JoinParts = z.strictObject({ versions: z.array(z.string()).min(1).max(500) });
export const UploadedExport = z.object({ bytes: z.int() });

/** Adapters of the model after one of its last epochs. */
export const EPOCH_ARTIFACTS = ['epoch_1', 'epoch_2'] as const satisfies readonly ArtifactName[];

export const CompletedCheckpoint = z.strictObject({
  artifact: z.enum([...EPOCH_ARTIFACTS, 'adapter']),
  sha256: z.string(),
  step: z.int().min(1),
  metrics: CheckpointMetrics,
});
export type CompletedCheckpoint = z.infer<typeof CompletedCheckpoint>;

export const CompleteJob = z.strictObject({
  lease_token: z.string(),
  adapter_sha256: z.string(),
  method: z.string(),
  labels: z.array(z.string()),
  trained_tokens: z.int(),
  checkpoints: z
    .array(CompletedCheckpoint)
    .max(EPOCH_ARTIFACTS.length + 1)
    .default([]),
  drift_reference: DriftReference.nullable().default(null).describe('null: nothing watches the model for drift'),
  events: z.array(WorkerEvent).max(100).default([]),
});
export type CompleteJob = z.infer<typeof CompleteJob>;

export const FailJob = z.strictObject({
  lease_token: z.string(),
  error: JobError,
  retryable: z.boolean().describe('true: back to the queue while attempts are left'),
});
export type FailJob = z.infer<typeof FailJob>;

export const ReleaseJob = z.strictObject({
  lease_token: z.string(),
  outcome: z.enum(['requeue', 'cancelled', 'paused']).describe('requeue: the worker shuts down; it costs no attempt'),
});
export type ReleaseJob = z.infer<typeof ReleaseJob>;

/** Whom the device serves first: somebody who waits, or a job, a batch. */
export const Priority = z.enum(['online', 'bulk']);
export type Priority = z.infer<typeof Priority>;

/** Gateway to worker: `POST /predict`. */
export const WorkerPredictRequest = z.strictObject({
  backbone: z.string(),
  cache_salt: z.string(),
  priority: Priority.optional().describe('Default online'),
  adapters: z.array(z.strictObject({ model: z.string(), sha256: z.string(), bytes: z.int() })).min(1),
  inputs: z.array(PredictRecord).min(1),
  top_k: z.int().optional(),
  views: z.boolean().default(false),
  cache: FeatureCacheUse.optional(),
  ...AssuranceRequest.shape,
});
export type WorkerPredictRequest = z.infer<typeof WorkerPredictRequest>;
export const WorkerPredictResponse = z.object({
  data: z.array(Prediction),
  usage: PredictUsage,
  notes: PredictNotes,
  timings: Timings,
});
export type WorkerPredictResponse = z.infer<typeof WorkerPredictResponse>;

/** Gateway to worker: `POST /feature-cache/purge` erases what is kept of one project's inputs. */
export const PurgeFeatures = z.strictObject({ cache_salt: z.string().min(1) });
export type PurgeFeatures = z.infer<typeof PurgeFeatures>;
export const PurgedFeatures = z.object({ entries: z.int() });
export type PurgedFeatures = z.infer<typeof PurgedFeatures>;

/** Gateway or operator to worker: `PUT` and `DELETE /adapters/{sha256}/pin`: a pinned adapter stays in memory. */
export const PinnedAdapters = z.object({ pinned: z.array(z.string()) });
export type PinnedAdapters = z.infer<typeof PinnedAdapters>;

/** Worker to gateway: `GET /worker/v1/adapters/{sha256}` streams the adapter's bytes. */
export const WorkerHealth = z.object({
  status: z.enum(['starting', 'ready', 'draining', 'unhealthy']),
  device: z.string(),
  backbones: z.array(z.string()),
  detail: z.string().nullable(),
});
export type WorkerHealth = z.infer<typeof WorkerHealth>;
