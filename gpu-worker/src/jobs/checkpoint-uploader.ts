import { setTimeout as sleep } from 'node:timers/promises';

export interface CheckpointUploaderOptions {
  readonly upload: (bytes: Uint8Array) => Promise<void>;
  readonly signal: AbortSignal;
  /** Least time between the starts of two uploads. */
  readonly spacingMs?: number;
  readonly onError: (error: unknown) => void;
}

export interface CheckpointUploader {
  /** Keeps these bytes as the newest; older ones that wait are dropped. */
  offer(bytes: Uint8Array): void;
  /** Uploads what waits, at once, and ends. Rejects when that fails. */
  flush(): Promise<void>;
  /** Ends without a further upload. */
  discard(): Promise<void>;
}

/** Uploads the newest checkpoint beside the training, one at a time: a slow gateway delays checkpoints, never steps. */
export function createCheckpointUploader(options: CheckpointUploaderOptions): CheckpointUploader {
  const { upload, signal, onError, spacingMs = 5_000 } = options;
  const closed = new AbortController();
  let newest: Uint8Array | undefined;
  let running: Promise<void> | undefined;

  async function uploadNewest(): Promise<void> {
    const bytes = newest;
    newest = undefined;
    if (bytes) await upload(bytes);
  }

  async function run(): Promise<void> {
    const pause = AbortSignal.any([closed.signal, signal]);
    while (newest && !pause.aborted) {
      await uploadNewest().catch(onError);
      await sleep(spacingMs, undefined, { signal: pause }).catch(() => {});
    }
    running = undefined;
  }

  const close = async (): Promise<void> => {
    closed.abort();
    await running;
  };
  return {
    offer: (bytes) => {
      if (closed.signal.aborted) return;
      newest = bytes;
      running ??= run();
    },
    flush: async () => {
      await close();
      await uploadNewest();
    },
    discard: close,
  };
}
