import { getLogger } from '@logtape/logtape';
import type { PutBlob, StoredBlob } from '../../services/ports.ts';
import { blobChanged } from '../neutral/blob-changed.ts';
import { createMeasure } from '../neutral/measure.ts';

const log = getLogger(['levigate', 'blobs']);

/** R2 wants parts of one size, at least this, the last excepted: the least that an upload can hold in a Worker's 128 MB. */
const PART_BYTES = 5 * 1024 * 1024;
/** Most uploads are small, and many run in one Worker at once. */
const FIRST_BUFFER_BYTES = 64 * 1024;
/** R2's condition for a key without an object. */
const ABSENT = { etagDoesNotMatch: '*' } as const;

/**
 * Streams a blob into R2. `put` of R2 needs the length beforehand, which an upload does not tell; so what is larger
 * than one part goes as a multipart upload, through one buffer. It becomes visible when it is completed, and nothing of it
 * stays when it fails. With `ifAbsent`, a large blob is checked before and after its parts, as R2 has no condition there.
 */
export async function putInParts(
  bucket: R2Bucket,
  key: string,
  body: ReadableStream<Uint8Array>,
  { maxBytes, ifAbsent = false }: PutBlob,
): Promise<StoredBlob> {
  const measure = createMeasure(maxBytes);
  let upload: R2MultipartUpload | undefined;
  const parts: R2UploadedPart[] = [];
  try {
    for await (const { bytes, isLast } of inParts(body, (chunk) => measure.add(chunk))) {
      if (isLast && !upload) {
        const object = await putWhole(bucket, key, bytes, ifAbsent);
        return { ...measure.finish(), version: object.etag };
      }
      if (ifAbsent && (!upload || isLast)) await assertAbsent(bucket, key);
      upload ??= await bucket.createMultipartUpload(key);
      if (bytes.length > 0) parts.push(await upload.uploadPart(parts.length + 1, bytes));
    }
    if (!upload) throw new Error('internal: the parts of a body have no last one');
    const object = await upload.complete(parts);
    return { ...measure.finish(), version: object.etag };
  } catch (error) {
    // R2 drops an upload that nobody completes after a week; why the body failed is what the caller must hear.
    await upload?.abort().catch((reason: unknown) => log.warn('an upload to R2 was not aborted', { key, reason }));
    throw error;
  }
}

async function putWhole(bucket: R2Bucket, key: string, bytes: Uint8Array, ifAbsent: boolean): Promise<R2Object> {
  const object = ifAbsent ? await bucket.put(key, bytes, { onlyIf: ABSENT }) : await bucket.put(key, bytes);
  if (!object) throw blobChanged(key);
  return object;
}

async function assertAbsent(bucket: R2Bucket, key: string): Promise<void> {
  if (await bucket.head(key)) throw blobChanged(key);
}

interface Part {
  /** Valid until the next part is asked for. */
  readonly bytes: Uint8Array;
  readonly isLast: boolean;
}

/** Full parts while there is more, then what is left (which may be nothing). */
async function* inParts(body: ReadableStream<Uint8Array>, inspect: (chunk: Uint8Array) => void): AsyncGenerator<Part> {
  let buffer = new Uint8Array(FIRST_BUFFER_BYTES);
  let filled = 0;
  for await (const chunk of body) {
    inspect(chunk);
    for (let offset = 0; offset < chunk.length;) {
      if (filled === PART_BYTES) {
        yield { bytes: buffer, isLast: false };
        filled = 0;
      }
      const piece = chunk.subarray(offset, offset + PART_BYTES - filled);
      buffer = grown(buffer, filled + piece.length);
      buffer.set(piece, filled);
      filled += piece.length;
      offset += piece.length;
    }
  }
  yield { bytes: buffer.subarray(0, filled), isLast: true };
}

/** The buffer, or one twice as large or more with the same bytes, at most a part's size. */
function grown(buffer: Uint8Array<ArrayBuffer>, neededBytes: number): Uint8Array<ArrayBuffer> {
  if (neededBytes <= buffer.length) return buffer;
  const larger = new Uint8Array(Math.min(PART_BYTES, Math.max(neededBytes, 2 * buffer.length)));
  larger.set(buffer);
  return larger;
}
