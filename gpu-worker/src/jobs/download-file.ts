import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream as NodeReadableStream } from 'node:stream/web';
import type { FileSource } from '../../../src/levi/index.ts';
import { GatewayError } from '../gateway-api/gateway-error.ts';

/**
 * Streams a body into a file, so that parsing starts only when every byte is known to be right.
 * Rejects with a transient GatewayError when the connection breaks off or the hash differs.
 */
export async function saveVerified(
  body: ReadableStream<Uint8Array>,
  { path, sha256, signal }: { readonly path: string; readonly sha256: string; readonly signal: AbortSignal },
): Promise<void> {
  const hash = createHash('sha256');
  const hashing = new Transform({
    transform: (chunk: Buffer, _encoding, done) => {
      hash.update(chunk);
      done(null, chunk);
    },
  });
  try {
    // The DOM's and Node's stream types describe one and the same class.
    await pipeline(Readable.fromWeb(body as NodeReadableStream<Uint8Array>), hashing, createWriteStream(path), {
      signal,
    });
  } catch (cause) {
    signal.throwIfAborted();
    throw new GatewayError(`a download broke off: ${String(cause)}`, { status: 0, cause });
  }
  const found = hash.digest('hex');
  if (found !== sha256)
    throw new GatewayError(`a file arrived with the hash ${found} instead of ${sha256}`, { status: 0 });
}

/** A file on disk as the readers of training data want it; it must stay until they are done. */
export async function diskSource(path: string): Promise<FileSource> {
  const { size } = await stat(path);
  return {
    sizeBytes: size,
    // As above: one class under two names.
    open: () => Promise.resolve(Readable.toWeb(createReadStream(path)) as ReadableStream<Uint8Array>),
    read: async (offset, length) => {
      await using file = await open(path);
      const { bytesRead, buffer } = await file.read(new Uint8Array(length), 0, length, offset);
      if (bytesRead !== length) throw new RangeError(`${length} bytes from ${offset} on are not within ${path}`);
      return buffer;
    },
  };
}
