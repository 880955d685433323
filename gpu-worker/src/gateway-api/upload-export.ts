import type { z } from 'zod';
import { ExportUpload, UploadedExport, UploadedPart } from '../../../src/contract/worker-protocol.ts';
import type { JoinParts } from '../../../src/contract/worker-protocol.ts';
import { askBlobStore } from './ask-blob-store.ts';
import { isTransient } from './gateway-error.ts';
import { parseAnswer } from './parse-answer.ts';
import { retry } from './retry.ts';

/** Where an export's files come from and its archive goes to. */
export interface ExportGrant {
  readonly path: string;
  readonly token: string;
}

export interface ExportUploadOptions {
  readonly fetch: typeof fetch;
  /** Asks the gateway; rejects with GatewayError. */
  readonly send: (
    path: string,
    init: RequestInit & { headers: Record<string, string> },
    limitMs: number,
  ) => Promise<Response>;
  /** Of one transfer of a few megabytes. */
  readonly limitMs: number;
  /** Smaller archives are sent without asking how. */
  readonly askFromBytes: number;
}

/** A megabyte a second: on what is slower, nothing of that size is worth waiting for. */
const LEAST_BYTES_PER_MS = 1_000;
const RETRY_LIMIT_MS = 60_000;

/** Sends an archive the way that the gateway says: some platforms refuse requests of 100 MB. What comes in parts is tried again part by part. */
export function createExportUpload({ fetch, send, limitMs, askFromBytes }: ExportUploadOptions) {
  return async (
    { path, token }: ExportGrant,
    archive: Blob,
    signal: AbortSignal,
  ): Promise<z.infer<typeof UploadedExport>> => {
    const headers = { 'x-export-token': token };
    const transferMs = limitMs + Math.ceil(archive.size / LEAST_BYTES_PER_MS);
    const put = (to: string, body: Blob): Promise<Response> =>
      send(
        to,
        { method: 'PUT', headers: { ...headers, 'content-type': 'application/x-tar' }, body, signal },
        transferMs,
      );
    const post = (to: string, json: unknown): Promise<Response> =>
      send(
        to,
        {
          method: 'POST',
          headers: { ...headers, 'content-type': 'application/json' },
          body: JSON.stringify(json),
          signal,
        },
        transferMs,
      );

    async function putDirectly(url: string): Promise<z.infer<typeof UploadedExport>> {
      const deadline = AbortSignal.any([signal, AbortSignal.timeout(transferMs)]);
      const response = await askBlobStore(fetch, url, { method: 'PUT', body: archive, signal: deadline });
      await response.body?.cancel();
      return { bytes: archive.size };
    }

    async function putParts(uploadId: string, partBytes: number): Promise<z.infer<typeof UploadedExport>> {
      const versions: string[] = [];
      for (let start = 0; start < archive.size; start += partBytes) {
        const part = archive.slice(start, start + partBytes);
        const attempt = async () =>
          parseAnswer(UploadedPart, await put(`${path}/parts/${uploadId}/${versions.length}`, part));
        const { version } = await retry(attempt, { signal, shouldRetry: isTransient, limitMs: RETRY_LIMIT_MS });
        versions.push(version);
      }
      const whole = { versions } satisfies z.infer<typeof JoinParts>;
      return parseAnswer(UploadedExport, await post(`${path}/parts/${uploadId}`, whole));
    }

    const plan: ExportUpload =
      archive.size < askFromBytes
        ? { way: 'whole' }
        : await parseAnswer(ExportUpload, await post(path, { bytes: archive.size }));
    if (plan.way === 'direct') return putDirectly(plan.url);
    if (plan.way === 'parts') return putParts(plan.upload_id, plan.part_bytes);
    return parseAnswer(UploadedExport, await put(path, archive));
  };
}
