import type { BlobContent, BlobPage, BlobStore, ByteRange, ListBlobs, StoredBlob } from '../../services/ports.ts';
import { assertWithin } from '../neutral/assert-within.ts';
import { parseBlobKey } from '../neutral/blob-key.ts';
import { createMeasure } from '../neutral/measure.ts';

/** R2 wants parts of one size, at least 5 MiB, the last excepted; a Worker has 128 MB in all. */
const PART_BYTES = 8 * 1024 * 1024;

/**
 * Blobs in an R2 bucket. `put` of R2 needs the length beforehand, which an upload does not tell; so what is larger
 * than one part goes as a multipart upload, through one buffer. It becomes visible when it is completed.
 */
export function createR2BlobStore(bucket: R2Bucket): BlobStore {
  return {
    put: async (key, body, { maxBytes }) => put(bucket, checked(key), body, maxBytes),
    get: async (key) => toContent(await bucket.get(checked(key))),
    read: async (key, range) => readRange(bucket, checked(key), range),
    delete: async (key) => bucket.delete(checked(key)),
    list: (options) => list(bucket, options),
  };
}

const checked = (key: string): string => parseBlobKey(key).join('/');

function toContent(object: R2ObjectBody | null): BlobContent | null {
  return object && { sizeBytes: object.size, body: object.body };
}

async function readRange(bucket: R2Bucket, key: string, range: ByteRange): Promise<Uint8Array | null> {
  const object = range.length > 0 ? await getRange(bucket, key, range) : null;
  if (object) {
    // R2 cuts a range that ends behind the blob.
    assertWithin(range, object.size);
    return object.bytes();
  }
  // R2 refuses an empty range.
  const head = await bucket.head(key);
  if (head) assertWithin(range, head.size);
  return head && new Uint8Array(0);
}

/** R2 has an error of its own for a range that begins behind the blob. */
async function getRange(bucket: R2Bucket, key: string, range: ByteRange): Promise<R2ObjectBody | null> {
  try {
    return await bucket.get(key, { range });
  } catch (error) {
    const head = await bucket.head(key);
    if (head) assertWithin(range, head.size);
    throw error;
  }
}

async function list(bucket: R2Bucket, { folder, after, limit }: ListBlobs): Promise<BlobPage> {
  const page = await bucket.list({
    prefix: `${checked(folder)}/`,
    limit,
    ...(after === undefined ? {} : { startAfter: checked(after) }),
  });
  const blobs = page.objects.map(({ key, uploaded }) => ({ key, writtenMs: uploaded.getTime() }));
  return { blobs, hasMore: page.truncated };
}

async function put(
  bucket: R2Bucket,
  key: string,
  body: ReadableStream<Uint8Array>,
  maxBytes: number,
): Promise<StoredBlob> {
  const measure = createMeasure(maxBytes);
  let upload: R2MultipartUpload | undefined;
  const parts: R2UploadedPart[] = [];
  try {
    for await (const { bytes, isLast } of inParts(body, (chunk) => measure.add(chunk))) {
      if (isLast && !upload) {
        await bucket.put(key, bytes);
        return measure.finish();
      }
      upload ??= await bucket.createMultipartUpload(key);
      if (bytes.length > 0) parts.push(await upload.uploadPart(parts.length + 1, bytes));
    }
    await upload?.complete(parts);
    return measure.finish();
  } catch (error) {
    await upload?.abort();
    throw error;
  }
}

interface Part {
  /** Valid until the next part is asked for. */
  readonly bytes: Uint8Array;
  readonly isLast: boolean;
}

/** Full parts while there is more, then what is left (which may be nothing). */
async function* inParts(body: ReadableStream<Uint8Array>, inspect: (chunk: Uint8Array) => void): AsyncGenerator<Part> {
  const buffer = new Uint8Array(PART_BYTES);
  let filled = 0;
  for await (const chunk of body) {
    inspect(chunk);
    for (let offset = 0; offset < chunk.length;) {
      if (filled === PART_BYTES) {
        yield { bytes: buffer, isLast: false };
        filled = 0;
      }
      const piece = chunk.subarray(offset, offset + PART_BYTES - filled);
      buffer.set(piece, filled);
      filled += piece.length;
      offset += piece.length;
    }
  }
  yield { bytes: buffer.subarray(0, filled), isLast: true };
}
