import { createHash } from 'node:crypto';
import { LevigateError } from '../../contract/index.ts';
import type { BlobPart, BlobParts, BlobStore, CompleteParts } from '../../services/ports.ts';
import { toStream } from '../../services/to-stream.ts';
import { blobChanged } from './blob-changed.ts';

/** The folder of parts that wait to be joined; upkeep empties it of what nobody came back for. */
const FOLDER = 'parts';
const PAGE = 1_000;

/**
 * Parts as blobs of their own, joined by streaming one after the other into the whole. R2's own multipart upload would
 * want parts of one size in a known order, and could not tell the SHA-256 of the whole.
 */
export function createBlobParts(store: Pick<BlobStore, 'put' | 'get' | 'list' | 'delete'>): BlobParts {
  return {
    put: async (part, body, options) => store.put(keyOf(part), body, options),
    complete: (key, upload) => store.put(key, toStream(join(store, upload)), { maxBytes: upload.maxBytes }),
    async discard(uploadId) {
      const folder = `${FOLDER}/${uploadId}`;
      for (let hasMore = true; hasMore;) {
        const page = await store.list({ folder, limit: PAGE });
        for (const { key } of page.blobs) await store.delete(key);
        hasMore = page.hasMore;
      }
    },
  };
}

const keyOf = ({ uploadId, partId }: BlobPart): string => `${FOLDER}/${uploadId}/${partId}`;

/** The MD5 is judged before the last byte is out, so that a wrong whole is never kept. */
async function* join(
  store: Pick<BlobStore, 'get'>,
  { uploadId, parts, md5 }: CompleteParts,
): AsyncGenerator<Uint8Array> {
  const hash = md5 === undefined ? null : createHash('md5');
  for (const { partId, version } of parts) {
    const key = keyOf({ uploadId, partId });
    const content = await store.get(key, { ifVersion: version });
    if (!content) throw blobChanged(key);
    for await (const chunk of content.body) {
      hash?.update(chunk);
      yield chunk;
    }
  }
  const found = hash?.digest('hex');
  if (found === md5?.toLowerCase()) return;
  throw new LevigateError(
    'checksum_mismatch',
    `the MD5 of the joined parts is ${found}, not ${md5}: check the parts and their order, and send what differs again`,
    { param: 'md5' },
  );
}
