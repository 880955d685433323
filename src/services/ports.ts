import type { BackboneInfo } from '../contract/index.ts';
import type { Database } from '../store/database.ts';
import type { Tracer } from '../telemetry/tracer.ts';

/** Large bytes by key. A blob is visible only when it is whole. */
export interface BlobStore {
  /**
   * Streams `body` in, counting and hashing on the way; rejects with `payload_too_large` beyond `maxBytes`, and with
   * `blob_changed` when `ifAbsent` is asked for and the key has a blob. What fails leaves nothing, and a former blob as it was.
   */
  put(key: string, body: ReadableStream<Uint8Array>, options: PutBlob): Promise<StoredBlob>;
  /** null when the blob is not there. Rejects with `blob_changed` when it is another version than the one asked for. */
  get(key: string, condition?: BlobCondition): Promise<BlobContent | null>;
  /** Exactly the bytes of a range; as `get` otherwise. Rejects with a RangeError for a range that is not within the blob. */
  read(key: string, range: ByteRange, condition?: BlobCondition): Promise<Uint8Array | null>;
  delete(key: string): Promise<void>;
  /**
   * The blobs under a folder and below, in an order of the store's own. A blob that is there throughout is in exactly
   * one of the pages, whatever is put or deleted between them.
   */
  list(options: ListBlobs): Promise<BlobPage>;
  /** For a blob that arrives over several requests. */
  readonly parts: BlobParts;
  /** URLs by which bytes go past the gateway; null where they go through it, whatever their size. */
  readonly direct: DirectBlobs | null;
}
export interface PutBlob {
  readonly maxBytes: number;
  /** Never replaces a blob. */
  readonly ifAbsent?: boolean | undefined;
}
export interface BlobCondition {
  readonly ifVersion?: string | undefined;
}

/**
 * An upload in parts: each is kept by an id of the caller's until all are discarded, and they are joined in an order
 * that the caller tells at the end. Neither their sizes nor the order in which they arrive matter.
 */
export interface BlobParts {
  /** Keeps a part; the same id again replaces it. Upload and part ids are segments of a key: letters, digits, `-`, `_`, `.`. */
  put(part: BlobPart, body: ReadableStream<Uint8Array>, options: { readonly maxBytes: number }): Promise<StoredBlob>;
  /**
   * Joins parts into the blob `key`, which replaces what was there; the parts stay, so that it can be done again until
   * the caller has written down that it was. Rejects with `blob_changed` when a part is missing or another version,
   * `payload_too_large` beyond `maxBytes`, and `checksum_mismatch` when the MD5 of the whole is another.
   */
  complete(key: string, upload: CompleteParts): Promise<StoredBlob>;
  /** Removes every part of an upload; of one that has none it is no error. */
  discard(uploadId: string): Promise<void>;
}
export interface BlobPart {
  readonly uploadId: string;
  readonly partId: string;
}
export interface CompleteParts {
  readonly uploadId: string;
  /** In their order; `version` as `put` told it. At most 500, for the number of requests that a Worker may make. */
  readonly parts: readonly { readonly partId: string; readonly version: string }[];
  readonly maxBytes: number;
  /** Hex, of the whole. */
  readonly md5?: string | undefined;
}

/** Bearer URLs: whoever has one may use it until it expires. */
export interface DirectBlobs {
  /** Takes a body of exactly `sizeBytes` by PUT. What was put must be measured before anything names it. */
  putUrl(key: string, options: { readonly sizeBytes: number; readonly expiresS: number }): Promise<string>;
  getUrl(key: string, options: { readonly expiresS: number }): Promise<string>;
}
export interface ListBlobs {
  /** Whole segments, such as `files`. */
  readonly folder: string;
  /** The last key of the page before, which need not be there any more. */
  readonly after?: string | undefined;
  /** At most 1,000. */
  readonly limit: number;
}
export interface BlobPage {
  readonly blobs: readonly ListedBlob[];
  readonly hasMore: boolean;
}
export interface ListedBlob {
  readonly key: string;
  /** When it was written, in milliseconds since 1970. */
  readonly writtenMs: number;
}
export interface StoredBlob {
  readonly sizeBytes: number;
  /** Hex. */
  readonly sha256: string;
  /** Another one when the bytes are others; opaque. */
  readonly version: string;
}
export interface BlobContent {
  readonly sizeBytes: number;
  readonly version: string;
  readonly body: ReadableStream<Uint8Array>;
}

export interface ByteRange {
  readonly offset: number;
  readonly length: number;
}

export interface Clock {
  nowMs(): number;
}

/** HTTP to a worker. On Node a keep-alive pool (undici), 3x the throughput of fetch; on Workers fetch. */
export interface WorkerTransport {
  /** Rejects with `timeout` past the deadline; any other rejection but the signal's own says that the worker is gone. */
  post(request: WorkerCall): Promise<WorkerAnswer>;
}
export interface WorkerCall {
  readonly url: string;
  readonly accessToken: string;
  readonly body: string;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
  readonly requestId: string;
  /** W3C trace context of the span that this call is. */
  readonly traceparent?: string | undefined;
}
export interface WorkerAnswer {
  readonly status: number;
  readonly body: string;
  /** The worker's `Retry-After`, as sent, if it was. */
  readonly retryAfter?: string | null | undefined;
  /** What it says of a queue that stands, as sent, if it was: see contract/overload.ts. */
  readonly overload?: string | null | undefined;
}

/** Sends a webhook to a URL of a user's choosing: resolves, refuses private addresses, pins the address, follows no redirect. */
export interface WebhookSender {
  /** Rejects with `invalid_webhook_url` when the URL can never be allowed (scheme, literal private address). */
  assertAllowed(url: string): void;
  send(request: {
    readonly url: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: string;
    readonly timeoutMs: number;
    readonly signal?: AbortSignal | undefined;
  }): Promise<WebhookAnswer>;
}
export interface WebhookAnswer {
  readonly status: number;
  /** As sent, if it was. */
  readonly retryAfter: string | null;
}

/**
 * Counts what a project uses within its limits: buckets that refill by the minute, and requests at a time.
 * One count for the whole installation, or for one process where that is the installation.
 */
export interface RateLimiter {
  /** Takes from every bucket and for the request at a time, or, when one has too little, from none. */
  take(projectId: string, request: TakeRequest): Promise<TakeAnswer>;
  /** Never refuses: what is used already is used. */
  settle(projectId: string, change: SettleRequest): Promise<void>;
}
export interface BucketAsk {
  /** Unique in the project. */
  readonly name: string;
  readonly perMinute: number;
  /** More than a full bucket holds is granted by a full one, which then takes longer to refill. */
  readonly amount: number;
}
export interface TakeRequest {
  readonly buckets: readonly BucketAsk[];
  /** `id` names this one until it is settled; one that never is counts for ten minutes. */
  readonly concurrent?: { readonly max: number; readonly id: string } | undefined;
}
export interface BucketState {
  readonly name: string;
  readonly limit: number;
  /** Whole ones, never below 0. */
  readonly remaining: number;
  /** Until the bucket is full again. */
  readonly resetMs: number;
}
export interface TakeAnswer {
  /** The bucket that has too little, or `concurrent`; null when all was granted. */
  readonly refusedBy: string | null;
  /** When the same would be granted, if nothing else is; 0 when it was. */
  readonly retryAfterMs: number;
  /** In the order asked. */
  readonly buckets: readonly BucketState[];
}
export interface SettleRequest {
  /** Negative amounts go back. */
  readonly buckets?: readonly BucketAsk[] | undefined;
  readonly concurrentId?: string | undefined;
}

export interface Settings {
  /** SHA-256 (hex) of every token a worker may register with. */
  readonly workerTokenHashes: readonly string[];
  readonly leaseDurationMs: number;
  readonly predictTimeoutMs: number;
  /** How long one request for an export waits for a worker to make it. */
  readonly exportTimeoutMs: number;
  /** The largest request body that gets as far as the gateway; null when the platform has no limit. */
  readonly maxBodyBytes: number | null;
  /** The built-in ones and the operator's own, by name. */
  readonly backbones: Readonly<Record<string, BackboneInfo>>;
  /** One of them: what OpenAI's models stand for. */
  readonly defaultBackbone: string;
}

/** Everything a use case may touch; made once per process by an entry point in functions/. */
export interface Services {
  readonly db: Database;
  readonly blobs: BlobStore;
  readonly clock: Clock;
  readonly workers: WorkerTransport;
  readonly webhooks: WebhookSender;
  readonly limiter: RateLimiter;
  /** Where spans are exported to; nothing is traced without it, but a caller's trace is handed on. */
  readonly tracer?: Tracer | undefined;
  readonly settings: Settings;
  /** Called when a webhook event or a due delivery was written, so that the platform's clock need not wait for its next tick. */
  readonly wakeOutbox: () => void;
  /** Starts a sleeping worker of the platform's own for a key, the same one for the same key; nothing where there is none. */
  readonly wakeWorker: (key: string) => void;
  /** The same for a batch that was created or cancelled. */
  readonly wakeBatches: () => void;
  /** Runs a task once, after the delay or when the process is asked to end; the answer to a request does not wait for it. Its failure is logged. */
  readonly runLater: (delayMs: number, task: () => Promise<void>) => void;
}
