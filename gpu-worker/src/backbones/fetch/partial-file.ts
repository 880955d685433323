import { createHash } from 'node:crypto';
import type { Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { OnBackboneProgress } from '../progress.ts';
import type { PinnedFile } from '../registry.ts';
import { SourceError } from './source-error.ts';

/** A file on its way in: bytes go to `<target>.partial`, are hashed as they pass, and appear under their name only when right. */
export class PartialFile implements AsyncDisposable {
  readonly #target: string;
  readonly #pinned: PinnedFile;
  readonly #onProgress: OnBackboneProgress;
  readonly #handle: FileHandle;
  #hash: Hash = createHash('sha256');
  #receivedBytes = 0;

  private constructor(handle: FileHandle, target: string, pinned: PinnedFile, onProgress: OnBackboneProgress) {
    this.#handle = handle;
    this.#target = target;
    this.#pinned = pinned;
    this.#onProgress = onProgress;
  }

  /** Opens the partial file, keeping what an interrupted run has left. */
  static async open(target: string, pinned: PinnedFile, onProgress: OnBackboneProgress): Promise<PartialFile> {
    await mkdir(dirname(target), { recursive: true });
    const handle = await open(partialPath(target), 'a+');
    const file = new PartialFile(handle, target, pinned, onProgress);
    await file.#hashWhatIsThere();
    return file;
  }

  get receivedBytes(): number {
    return this.#receivedBytes;
  }

  get isComplete(): boolean {
    return this.#receivedBytes === this.#pinned.sizeBytes;
  }

  async restart(): Promise<void> {
    await this.#handle.truncate(0);
    this.#hash = createHash('sha256');
    this.#receivedBytes = 0;
  }

  /** Appends until the chunks end. What came before an interruption is kept. */
  async receive(chunks: AsyncIterable<Uint8Array>): Promise<void> {
    for await (const chunk of chunks) {
      if (this.#receivedBytes + chunk.length > this.#pinned.sizeBytes) {
        await this.restart();
        throw new SourceError(
          `${this.#pinned.path} is longer than the pinned ${this.#pinned.sizeBytes} bytes; refused`,
        );
      }
      await this.#handle.appendFile(chunk);
      this.#hash.update(chunk);
      this.#receivedBytes += chunk.length;
      this.#report();
    }
  }

  /** Moves the file to its name. Wrong bytes are thrown away. */
  async commit(): Promise<void> {
    const { path, sizeBytes, sha256 } = this.#pinned;
    if (!this.isComplete) {
      throw new SourceError(`${path} ended after ${this.#receivedBytes} of ${sizeBytes} bytes`);
    }
    const actual = this.#hash.copy().digest('hex');
    if (actual !== sha256) {
      await this.restart();
      throw new SourceError(`${path} has SHA-256 ${actual} where ${sha256} is pinned; refused`);
    }
    await this.#handle.sync();
    await rename(partialPath(this.#target), this.#target);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#handle.close();
    if (this.#receivedBytes === 0) await rm(partialPath(this.#target), { force: true });
  }

  async #hashWhatIsThere(): Promise<void> {
    const { size } = await this.#handle.stat();
    if (size > this.#pinned.sizeBytes) return await this.restart();
    for await (const chunk of createReadStream(partialPath(this.#target))) {
      this.#hash.update(chunk);
      this.#receivedBytes += chunk.length;
    }
    if (this.#receivedBytes > 0) this.#report();
  }

  #report(): void {
    this.#onProgress({
      file: this.#pinned.path,
      receivedBytes: this.#receivedBytes,
      totalBytes: this.#pinned.sizeBytes,
    });
  }
}

function partialPath(target: string): string {
  return `${target}.partial`;
}
