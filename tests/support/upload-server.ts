import { openNodeHost } from './gateway/node-host.ts';

/**
 * A process of its own that takes uploads over real HTTP, for tests that measure its memory.
 * Tells its URL and key when it listens, and `{ rssBytes, peakRssBytes }` for every message; ends with its parent.
 */
const gateway = await openNodeHost();
const url = await gateway.listen();

process.on('message', () => {
  process.send?.({ rssBytes: process.memoryUsage.rss(), peakRssBytes: process.resourceUsage().maxRSS * 1024 });
});
process.on('disconnect', () => {
  void gateway[Symbol.asyncDispose]().then(() => process.exit(0));
});
process.send?.({ url, secret: gateway.secret });
