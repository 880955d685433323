import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface HubMirrorOptions {
  readonly files: Readonly<Record<string, Uint8Array>>;
  /** The connection is cut after so many bytes, once for each file. */
  readonly dropAfterBytes?: number;
  /** Whether `Range` is honoured. */
  readonly hasRanges?: boolean;
  readonly token?: string;
  /** Awaited before each answer, so that a test decides what happens meanwhile. */
  readonly beforeAnswer?: (path: string) => Promise<void> | void;
}

export interface HubMirror extends AsyncDisposable {
  readonly url: string;
  /** Path and Range header of every request, in order. */
  readonly requests: readonly { readonly path: string; readonly range: string | null }[];
}

/** A model hub on loopback: `/<repository>/resolve/<revision>/<file>`. */
export async function startHubMirror(options: HubMirrorOptions): Promise<HubMirror> {
  const requests: { path: string; range: string | null }[] = [];
  const dropped = new Set<string>();
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const path = request.url ?? '';
    requests.push({ path, range: request.headers.range ?? null });
    await options.beforeAnswer?.(path);
    if (options.token !== undefined && request.headers.authorization !== `Bearer ${options.token}`) {
      response.writeHead(401).end();
      return;
    }
    const name = path.replace(/^\/[^/]+\/[^/]+\/resolve\/[^/]+\//, '');
    const bytes = options.files[name];
    if (bytes === undefined) {
      response.writeHead(404).end();
      return;
    }
    const start =
      options.hasRanges === false ? 0 : Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
    response.writeHead(start > 0 ? 206 : 200, {
      'content-length': bytes.length - start,
      ...(start > 0 ? { 'content-range': `bytes ${start}-${bytes.length - 1}/${bytes.length}` } : {}),
    });
    if (options.dropAfterBytes !== undefined && !dropped.has(name)) {
      dropped.add(name);
      response.write(bytes.subarray(start, start + options.dropAfterBytes), () => response.destroy());
      return;
    }
    response.end(bytes.subarray(start));
  };
  const server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  // A TCP server's address is an AddressInfo once it listens.
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
