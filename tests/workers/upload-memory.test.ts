import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { createR2BlobStore } from '../../src/platform/cloudflare/blob-store.ts';

/**
 * The memory that uploads take on Cloudflare. Measured in a process of its own over a bucket on disk: workerd keeps its simulated R2 in
 * the same process as the Worker.
 */
const MIB = 1024 * 1024;
const PART_MIB = 5;
const SCRIPT = new URL('support/upload-in-parts.ts', import.meta.url).pathname;

test('200 MB in parts, joined and hashed, take less than 64 MB more memory', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [SCRIPT]);
  const { growthBytes, isWhole } = z
    .object({ growthBytes: z.number(), isWhole: z.boolean() })
    .parse(JSON.parse(stdout));
  expect(isWhole).toBe(true);
  expect(growthBytes / MIB).toBeLessThan(64);
}, 120_000);

test('a slow bucket holds the client back: no more is read than one part and a chunk', async () => {
  let read = 0;
  let taken = 0;
  let furthest = 0;
  const body = new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        if (read >= 40 * MIB) return controller.close();
        const chunk = new Uint8Array(MIB / 4);
        read += chunk.length;
        furthest = Math.max(furthest, read - taken);
        controller.enqueue(chunk);
      },
    },
    { highWaterMark: 0 },
  );
  const bucket = {
    createMultipartUpload: async () => ({
      uploadPart: async (partNumber: number, bytes: Uint8Array) => {
        // Others have their turn; a reader that did not wait would go on meanwhile.
        for (let turn = 0; turn < 50; turn += 1) await Promise.resolve();
        taken += bytes.length;
        return { partNumber, etag: '' };
      },
      complete: async () => ({ etag: 'whole' }),
      abort: async () => {},
    }),
  };
  await createR2BlobStore(bucket as unknown as R2Bucket).put('a', body, { maxBytes: 100 * MIB });
  expect(taken).toBe(40 * MIB);
  expect(furthest).toBeLessThanOrEqual((PART_MIB + 0.25) * MIB);
});

test('what fails is aborted, with the reason of the failure and not of the abort', async () => {
  let aborted = 0;
  const bucket = {
    createMultipartUpload: async () => ({
      uploadPart: () => Promise.reject(new Error('R2 is away')),
      abort: () => {
        aborted += 1;
        return Promise.reject(new Error('still away'));
      },
    }),
  };
  const body = new Response(new Uint8Array(12 * MIB)).body as ReadableStream<Uint8Array>;
  const put = createR2BlobStore(bucket as unknown as R2Bucket).put('a', body, { maxBytes: 100 * MIB });
  await expect(put).rejects.toThrow('R2 is away');
  expect(aborted).toBe(1);
});
