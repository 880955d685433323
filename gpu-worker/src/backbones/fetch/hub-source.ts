import { setTimeout as delay } from 'node:timers/promises';
import type { FetchContext, FileRequest, FileSource } from './file-source.ts';
import { PartialFile } from './partial-file.ts';
import { SourceError } from './source-error.ts';

export interface HubOptions {
  readonly repository: string;
  readonly revision: string;
  /** `HF_ENDPOINT`; the public hub when not given. */
  readonly endpoint?: string | undefined;
  /** `HF_TOKEN`, sent as bearer. */
  readonly token?: string | undefined;
  /** Until the response's headers: a machine without a hub must move on quickly. */
  readonly connectTimeoutMs?: number;
  /** Between two chunks of a body. */
  readonly idleTimeoutMs?: number;
  readonly retryDelayMs?: number;
}

const attemptsWithoutProgress = 3;

/** Files of a model on the Hugging Face hub (or a mirror of it), at one revision, resumed where they broke off. */
export function createHubSource(options: HubOptions): FileSource {
  const endpoint = (options.endpoint ?? 'https://huggingface.co').replace(/\/+$/, '');
  const baseUrl = `${endpoint}/${options.repository}/resolve/${options.revision}`;
  return {
    name: `Hugging Face hub ${endpoint}`,
    async provide(requests, context) {
      for (const request of requests) {
        await download(`${baseUrl}/${request.file.path}`, request, { ...context, options });
      }
    },
  };
}

interface DownloadContext extends FetchContext {
  readonly options: HubOptions;
}

async function download(url: string, { file, target }: FileRequest, context: DownloadContext): Promise<void> {
  await using partial = await PartialFile.open(target, file, context.onProgress);
  const isResumed = partial.receivedBytes > 0;
  await receiveAll(url, partial, context);
  try {
    await partial.commit();
  } catch (error) {
    // What lay there may have been of another origin; only bytes that all came from this hub are judged.
    if (!isResumed) throw error;
    await receiveAll(url, partial, context);
    await partial.commit();
  }
}

async function receiveAll(url: string, partial: PartialFile, context: DownloadContext): Promise<void> {
  const retryDelayMs = context.options.retryDelayMs ?? 1000;
  let failures = 0;
  while (!partial.isComplete) {
    const before = partial.receivedBytes;
    try {
      await receiveOnce(url, partial, context);
    } catch (error) {
      context.signal.throwIfAborted();
      failures = partial.receivedBytes > before ? 1 : failures + 1;
      if (!(error instanceof InterruptedError) || failures >= attemptsWithoutProgress) throw asSourceError(error, url);
      await delay(retryDelayMs * failures, undefined, { signal: context.signal });
    }
  }
}

/** A failure worth another try: the connection was there and broke, or the server asked to come back. */
class InterruptedError extends Error {}

async function receiveOnce(url: string, partial: PartialFile, context: DownloadContext): Promise<void> {
  const deadline = createDeadline(context.signal);
  using _ = deadline;
  deadline.restart(context.options.connectTimeoutMs ?? 10_000);
  const offset = partial.receivedBytes;
  const response = await fetch(url, {
    headers: requestHeaders(offset, context.options.token),
    signal: deadline.signal,
  });
  if (response.status === 416) return await partial.restart();
  assertOk(response, url);
  if (offset > 0 && !continuesAt(response, offset)) await partial.restart();
  if (response.body === null) throw new InterruptedError(`${url} answered without a body`);
  const idleTimeoutMs = context.options.idleTimeoutMs ?? 30_000;
  deadline.restart(idleTimeoutMs);
  const received = partial.receivedBytes;
  try {
    await partial.receive(withDeadline(response.body, () => deadline.restart(idleTimeoutMs)));
  } catch (error) {
    if (error instanceof SourceError) throw error;
    throw new InterruptedError(`${url} broke off after ${partial.receivedBytes} bytes: ${describe(error)}`);
  }
  if (partial.receivedBytes === received) throw new InterruptedError(`${url} sent nothing`);
}

function requestHeaders(offset: number, token: string | undefined): Headers {
  const headers = new Headers({ 'user-agent': 'levigate', 'accept-encoding': 'identity' });
  if (offset > 0) headers.set('range', `bytes=${offset}-`);
  // fetch drops this header when a redirect leaves the origin, so storage hosts never see the token.
  if (token !== undefined && token !== '') headers.set('authorization', `Bearer ${token}`);
  return headers;
}

function assertOk(response: Response, url: string): void {
  if (response.ok) return;
  void response.body?.cancel();
  if (response.status === 401 || response.status === 403) {
    throw new SourceError(`${url} answered ${response.status}; set HF_TOKEN to a token that may read it`);
  }
  const reason = `${url} answered ${response.status}`;
  if (response.status === 429 || response.status >= 500) throw new InterruptedError(reason);
  throw new SourceError(reason);
}

function continuesAt(response: Response, offset: number): boolean {
  return response.status === 206 && (response.headers.get('content-range') ?? '').startsWith(`bytes ${offset}-`);
}

interface Deadline extends Disposable {
  readonly signal: AbortSignal;
  restart(timeoutMs: number): void;
}

function createDeadline(outer: AbortSignal): Deadline {
  const controller = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  return {
    signal: AbortSignal.any([outer, controller.signal]),
    restart(timeoutMs) {
      clearTimeout(timer);
      timer = setTimeout(() => controller.abort(new Error(`no answer within ${timeoutMs / 1000} s`)), timeoutMs);
    },
    [Symbol.dispose]: () => clearTimeout(timer),
  };
}

async function* withDeadline(body: AsyncIterable<Uint8Array>, restart: () => void): AsyncGenerator<Uint8Array> {
  for await (const chunk of body) {
    restart();
    yield chunk;
  }
}

function asSourceError(error: unknown, url: string): SourceError {
  if (error instanceof SourceError) return error;
  if (error instanceof InterruptedError) return new SourceError(error.message);
  return new SourceError(`${url}: ${describe(error)}`, { cause: error });
}

/** fetch hides the reason (ENOTFOUND, ECONNREFUSED) in `cause`, and in a list where a name has several addresses. */
function describe(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return describe(error.errors[0]);
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? describe(error.cause) : error.message;
}
