import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { text } from 'node:stream/consumers';
import { createTemporaryFolder } from './temporary-folder.ts';

const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'] as const;
const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
  '.json': 'application/json',
  '.wasm': 'application/wasm',
};

/** null where there is none. */
export const findChromium = (): string | null => PLACES.find((path) => existsSync(path)) ?? null;

interface BrowserPage {
  /** Folders that are served, by the first segment of their path. */
  readonly folders: Readonly<Record<string, string>>;
  /** What bare specifiers mean, as paths of those folders. */
  readonly imports: Readonly<Record<string, string>>;
  /** The body of an async function in a module, with these `imported` before it; what it returns is the result, by way of JSON. */
  readonly imported: string;
  readonly script: string;
  readonly timeoutMs: number;
}

interface BrowserResult {
  readonly result: unknown;
  /** Paths that were asked for and are not there. */
  readonly missing: readonly string[];
}

/** Opens a page of loopback in headless Chromium, which reaches nothing else. Rejects with the page's own error. */
export async function runInChromium(browser: string, page: BrowserPage): Promise<BrowserResult> {
  await using profile = await createTemporaryFolder();
  const told = Promise.withResolvers<string>();
  const missing: string[] = [];
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const path = new URL(request.url ?? '/', 'http://localhost').pathname;
    if (request.method === 'POST') told.resolve(await text(request));
    if (request.method === 'POST' || path === '/') return void response.end(path === '/' ? toHtml(page) : '');
    const content = await readServed(page.folders, path);
    if (content === null) missing.push(path);
    response.writeHead(content === null ? 404 : 200, { 'content-type': TYPES[extname(path)] ?? 'text/plain' });
    response.end(content ?? '');
  };
  const server = createServer((request, response) => void answer(request, response).catch(told.reject));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  const url = `http://127.0.0.1:${address.port}/`;
  const child = spawn(browser, [...flagsFor(profile.path), url], { stdio: 'ignore' });
  const exited = once(child, 'exit').then(() =>
    told.reject(new Error('the browser ended before the page told a result')),
  );
  const deadline = setTimeout(() => told.reject(new Error('the page told no result in time')), page.timeoutMs);
  try {
    const said = JSON.parse(await told.promise) as { result: unknown } | { error: string };
    if ('error' in said) throw new Error(`in the browser: ${said.error}`);
    return { result: said.result, missing };
  } finally {
    clearTimeout(deadline);
    child.kill();
    await exited;
    server.closeAllConnections();
    server.close();
  }
}

const flagsFor = (profile: string): readonly string[] => [
  '--headless=new',
  // Root has no sandbox, and the page is ours.
  '--no-sandbox',
  '--disable-gpu',
  '--disable-dev-shm-usage',
  '--no-first-run',
  '--disable-background-networking',
  '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1',
  `--user-data-dir=${profile}`,
];

async function readServed(folders: BrowserPage['folders'], path: string): Promise<Buffer | null> {
  const [, name = '', ...rest] = normalize(path).split('/');
  const folder = folders[name];
  return folder === undefined ? null : await readFile(join(folder, ...rest)).catch(() => null);
}

const toHtml = ({ imports, imported, script }: BrowserPage): string => `<!doctype html>
<meta charset="utf-8">
<link rel="icon" href="data:,">
<script type="importmap">${JSON.stringify({ imports })}</script>
<script type="module">
const tell = (said) => fetch('/told', { method: 'POST', body: JSON.stringify(said) });
const fail = (error) => tell({ error: String(error?.stack ?? error) });
addEventListener('unhandledrejection', ({ reason }) => fail(reason));
addEventListener('error', ({ error, message }) => fail(error ?? message));
</script>
<script type="module">
${imported}
const result = await (async () => { ${script} })();
await fetch('/told', { method: 'POST', body: JSON.stringify({ result }) });
</script>`;
