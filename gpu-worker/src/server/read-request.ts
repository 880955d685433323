import type { IncomingMessage, ServerResponse } from 'node:http';
import type { HttpBindings } from '@hono/node-server';
import type { Context } from 'hono';
import { LevigateError } from '../../../src/contract/errors.ts';

export interface ReadRequest {
  /** Null where the body is not JSON. */
  readonly json: unknown;
  /** Fires when the client goes away before its answer was written. */
  readonly signal: AbortSignal;
}

/**
 * Body and end of a request from Node's own objects: asking the web's Request for either builds its streams first, which took longer than
 * everything else the server does. Rejects with `payload_too_large`.
 */
export async function readRequest(context: Context, maxBytes: number): Promise<ReadRequest> {
  const { incoming, outgoing } = (context.env ?? {}) as Partial<HttpBindings>;
  if (!isNode(incoming) || !outgoing) return await readWebRequest(context.req.raw, maxBytes);
  const signal = signalOf(outgoing);
  if (Number(incoming.headers['content-length'] ?? 0) > maxBytes) throw tooLarge(maxBytes);
  return { json: parse((await readWhole(incoming, maxBytes)).toString()), signal };
}

/** By events: an iterator over the request takes several times as long, mostly for a body of one chunk. */
function readWhole(incoming: IncomingMessage, maxBytes: number): Promise<Buffer> {
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
  const chunks: Buffer[] = [];
  let bytes = 0;
  incoming.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > maxBytes) reject(tooLarge(maxBytes));
    else chunks.push(chunk);
  });
  incoming.on('end', () => {
    const [only = Buffer.alloc(0), ...others] = chunks;
    resolve(others.length === 0 ? only : Buffer.concat(chunks));
  });
  const breakOff = (cause?: unknown): void =>
    reject(new LevigateError('invalid_request', 'The body did not arrive whole.', { cause }));
  incoming.on('error', breakOff);
  incoming.on('close', breakOff);
  if (incoming.destroyed) breakOff();
  return promise;
}

// HTTP/2's requests read alike, and this server speaks HTTP/1 alone.
const isNode = (incoming: HttpBindings['incoming'] | undefined): incoming is IncomingMessage => incoming !== undefined;

async function readWebRequest(request: Request, maxBytes: number): Promise<ReadRequest> {
  const body = await request.arrayBuffer();
  if (body.byteLength > maxBytes) throw tooLarge(maxBytes);
  return { json: parse(new TextDecoder().decode(body)), signal: request.signal };
}

function signalOf(outgoing: Pick<ServerResponse, 'once' | 'writableFinished'>): AbortSignal {
  const gone = new AbortController();
  outgoing.once('close', () => {
    if (!outgoing.writableFinished) gone.abort(new Error('the client went away'));
  });
  return gone.signal;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

const tooLarge = (maxBytes: number): LevigateError =>
  new LevigateError('payload_too_large', `The body is larger than ${maxBytes} bytes. Send fewer inputs.`);
