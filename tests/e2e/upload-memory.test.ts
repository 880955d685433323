import { fork } from 'node:child_process';
import { once } from 'node:events';
import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { FileObject } from '../../src/contract/index.ts';
import { fieldPart, filePart } from '../support/multipart.ts';

const MIB = 1024 * 1024;
const BOUNDARY = 'openai-x';
const SCRIPT = new URL('../support/upload-server.ts', import.meta.url).pathname;

const Listening = z.object({ url: z.string(), secret: z.string() });
const Memory = z.object({ rssBytes: z.number(), peakRssBytes: z.number() });

test('a 200 MB upload passes through with less than 64 MB more memory, size and hash counted on the way', async () => {
  const child = fork(SCRIPT, { execArgv: [], serialization: 'json' });
  const receive = async () => (await once(child, 'message'))[0] as unknown;
  try {
    const { url, secret } = Listening.parse(await receive());
    const memory = async () => {
      const answer = receive();
      child.send('memory');
      return Memory.parse(await answer);
    };
    await upload(url, secret, 48 * MIB); // loads what is loaded once, and lets the heap find its size
    const before = await memory();
    const { file, sha256 } = await upload(url, secret, 200 * MIB);
    const after = await memory();
    expect(file).toMatchObject({ bytes: 200 * MIB, sha256 });
    expect((after.peakRssBytes - before.rssBytes) / MIB).toBeLessThan(64);
  } finally {
    child.disconnect();
    await once(child, 'exit');
  }
});

/** Chunked, the file before its purpose. */
async function upload(url: string, secret: string, sizeBytes: number) {
  const hash = createHash('sha256');
  const encoder = new TextEncoder();
  const chunk = crypto.getRandomValues(new Uint8Array(65_536));
  function* body() {
    yield encoder.encode(`--${BOUNDARY}\r\n${filePart('').headers}\r\n\r\n`);
    for (let sent = 0; sent < sizeBytes; sent += chunk.length) {
      hash.update(chunk);
      yield chunk;
    }
    yield encoder.encode(
      `\r\n--${BOUNDARY}\r\n${fieldPart('purpose', '').headers}\r\n\r\nfine-tune\r\n--${BOUNDARY}--\r\n`,
    );
  }
  const response = await fetch(new URL('/v1/files', url), {
    method: 'POST',
    headers: { authorization: `Bearer ${secret}`, 'content-type': `multipart/form-data; boundary=${BOUNDARY}` },
    body: toStream(body()),
    duplex: 'half',
  } as RequestInit);
  expect(response.status).toBe(200);
  return { file: FileObject.parse(await response.json()), sha256: hash.digest('hex') };
}

function toStream(chunks: Iterator<Uint8Array<ArrayBuffer>, void>): ReadableStream<Uint8Array<ArrayBuffer>> {
  return new ReadableStream({
    pull(controller) {
      const { done, value } = chunks.next();
      if (done) controller.close();
      else controller.enqueue(value);
    },
  });
}
