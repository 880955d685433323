import { createHash } from 'node:crypto';
import { createR2BlobStore } from '../../../src/platform/cloudflare/blob-store.ts';
import { openDiskBucket } from './disk-bucket.ts';

/**
 * A process of its own that sends a file in parts through the R2 blob store and joins them, for a test that measures its memory. Tells
 * `{ growthBytes, isWhole }` and ends.
 */
const MIB = 1024 * 1024;
const PART_BYTES = 64 * MIB;

await using disk = await openDiskBucket();
const { parts } = createR2BlobStore(disk.bucket);

async function send(uploadId: string, sizeBytes: number) {
  const hash = createHash('sha256');
  const sent = [];
  for (let begin = 0; begin < sizeBytes; begin += PART_BYTES) {
    const partId = `part-${begin}`;
    const body = randomStream(Math.min(PART_BYTES, sizeBytes - begin), hash);
    const { version } = await parts.put({ uploadId, partId }, body, { maxBytes: PART_BYTES });
    sent.push({ partId, version });
  }
  const whole = await parts.complete(`files/${uploadId}`, { uploadId, parts: sent, maxBytes: sizeBytes });
  return whole.sizeBytes === sizeBytes && whole.sha256 === hash.digest('hex');
}

function randomStream(sizeBytes: number, hash: { update(bytes: Uint8Array): unknown }): ReadableStream<Uint8Array> {
  let left = sizeBytes;
  return new ReadableStream(
    {
      pull(controller) {
        if (left <= 0) return controller.close();
        const chunk = crypto.getRandomValues(new Uint8Array(Math.min(left, 65_536)));
        hash.update(chunk);
        left -= chunk.length;
        controller.enqueue(chunk);
      },
    },
    { highWaterMark: 0 },
  );
}

// Loads what is loaded once, and lets the heap find its size.
await send('warm-up', 80 * MIB);
const beforeBytes = process.memoryUsage.rss();
const isWhole = await send('file', 200 * MIB);
const peakBytes = process.resourceUsage().maxRSS * 1024;
process.stdout.write(JSON.stringify({ growthBytes: peakBytes - beforeBytes, isWhole }));
