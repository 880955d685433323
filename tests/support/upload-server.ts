import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startHttpServer } from '../../src/platform/node/http-server.ts';
import { openNodeBlobStore } from '../../src/platform/node/blob-store.ts';
import { createTestGateway } from './gateway.ts';

/**
 * A process of its own that takes uploads over real HTTP, for tests that measure its memory.
 * Tells its URL and key when it listens, and `{ rssBytes, peakRssBytes }` for every message; ends with its parent.
 */
const folder = await mkdtemp(join(tmpdir(), 'levigate-upload-'));
const gateway = await createTestGateway({ services: { blobs: await openNodeBlobStore(folder) } });
const server = await startHttpServer({ fetch: gateway.app.fetch, host: '127.0.0.1', port: 0 });

process.on('message', () => {
  process.send?.({ rssBytes: process.memoryUsage.rss(), peakRssBytes: process.resourceUsage().maxRSS * 1024 });
});
process.on('disconnect', () => {
  void (async () => {
    await server[Symbol.asyncDispose]();
    await gateway[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
    process.exit(0);
  })();
});
process.send?.({ url: server.url, secret: gateway.secret });
