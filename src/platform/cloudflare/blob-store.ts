import type {
  BlobCondition,
  BlobContent,
  BlobPage,
  BlobStore,
  ByteRange,
  DirectBlobs,
  ListBlobs,
} from '../../services/ports.ts';
import { assertWithin } from '../neutral/assert-within.ts';
import { blobChanged } from '../neutral/blob-changed.ts';
import { parseBlobKey } from '../neutral/blob-key.ts';
import { createBlobParts } from '../neutral/blob-parts.ts';
import { putInParts } from './put-in-parts.ts';

/** Blobs in an R2 bucket. @param direct presigned URLs, where the bucket's S3 credentials are known */
export function createR2BlobStore(bucket: R2Bucket, direct: DirectBlobs | null = null): BlobStore {
  const store: Omit<BlobStore, 'parts' | 'direct'> = {
    put: async (key, body, options) => putInParts(bucket, checked(key), body, options),
    get: async (key, condition) => toContent(await getObject(bucket, checked(key), condition)),
    read: async (key, range, condition) => readRange(bucket, checked(key), range, condition),
    delete: async (key) => bucket.delete(checked(key)),
    list: (options) => list(bucket, options),
  };
  return { ...store, parts: createBlobParts(store), direct };
}

const checked = (key: string): string => parseBlobKey(key).join('/');

interface GetOptions extends BlobCondition {
  readonly range?: ByteRange;
}

async function getObject(
  bucket: R2Bucket,
  key: string,
  { ifVersion, ...options }: GetOptions = {},
): Promise<R2ObjectBody | null> {
  if (ifVersion === undefined) return bucket.get(key, options);
  const object = await bucket.get(key, { ...options, onlyIf: { etagMatches: ifVersion } });
  if (object && !('body' in object)) throw blobChanged(key);
  return object;
}

function toContent(object: R2ObjectBody | null): BlobContent | null {
  return object && { sizeBytes: object.size, version: object.etag, body: object.body };
}

async function readRange(
  bucket: R2Bucket,
  key: string,
  range: ByteRange,
  condition?: BlobCondition,
): Promise<Uint8Array | null> {
  const object = range.length > 0 ? await getRange(bucket, key, { ...condition, range }) : null;
  if (object) {
    // R2 cuts a range that ends behind the blob.
    assertWithin(range, object.size);
    return object.bytes();
  }
  // R2 refuses an empty range.
  const head = await bucket.head(key);
  if (head && condition?.ifVersion !== undefined && head.etag !== condition.ifVersion) throw blobChanged(key);
  if (head) assertWithin(range, head.size);
  return head && new Uint8Array(0);
}

/** R2 has an error of its own for a range that begins behind the blob. */
async function getRange(
  bucket: R2Bucket,
  key: string,
  options: Required<Pick<GetOptions, 'range'>> & GetOptions,
): Promise<R2ObjectBody | null> {
  try {
    return await getObject(bucket, key, options);
  } catch (error) {
    const head = await bucket.head(key);
    if (head) assertWithin(options.range, head.size);
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
