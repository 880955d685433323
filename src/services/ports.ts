import type { BackboneInfo } from '../contract/index.ts';
import type { Database } from '../store/database.ts';

/** Large bytes by key. A blob is visible only when it is whole. */
export interface BlobStore {
  /** Streams `body` in, counting and hashing on the way; rejects with `payload_too_large` beyond `maxBytes`. */
  put(key: string, body: ReadableStream<Uint8Array>, options: { readonly maxBytes: number }): Promise<StoredBlob>;
  get(key: string): Promise<BlobContent | null>;
  /** Exactly the bytes of a range; null when the blob is not there. Rejects with a RangeError for a range that is not within it. */
  read(key: string, range: ByteRange): Promise<Uint8Array | null>;
  delete(key: string): Promise<void>;
  /**
   * The blobs under a folder and below, in an order of the store's own. A blob that is there throughout is in exactly
   * one of the pages, whatever is put or deleted between them.
   */
  list(options: ListBlobs): Promise<BlobPage>;
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
}
export interface BlobContent {
  readonly sizeBytes: number;
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
}
export interface WorkerAnswer {
  readonly status: number;
  readonly body: string;
  /** The worker's `Retry-After`, as sent, if it was. */
  readonly retryAfter?: string | null | undefined;
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

export interface Settings {
  /** SHA-256 (hex) of every token a worker may register with. */
  readonly workerTokenHashes: readonly string[];
  readonly leaseDurationMs: number;
  readonly workerHeartbeatMs: number;
  readonly predictTimeoutMs: number;
  /** The built-in ones and the operator's own, by name. */
  readonly backbones: Readonly<Record<string, BackboneInfo>>;
}

/** Everything a use case may touch; made once per process by an entry point in functions/. */
export interface Services {
  readonly db: Database;
  readonly blobs: BlobStore;
  readonly clock: Clock;
  readonly workers: WorkerTransport;
  readonly webhooks: WebhookSender;
  readonly settings: Settings;
  /** Called when a webhook event or a due delivery was written, so that the platform's clock need not wait for its next tick. */
  readonly wakeOutbox: () => void;
  /** Runs a task once, after the delay or when the process is asked to end; the answer to a request does not wait for it. Its failure is logged. */
  readonly runLater: (delayMs: number, task: () => Promise<void>) => void;
}
