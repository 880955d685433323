import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import OpenAI, { toFile } from 'openai';
import { createGatewayClient } from '../../../gpu-worker/src/gateway-api/gateway-client.ts';
import { WORKER_VERBS } from '../../../src/contract/index.ts';
import { startFakeWorker } from '../../support/fake-worker.ts';
import { writeSmallAdapter } from '../../support/small-adapter.ts';
import { ROWS, toJsonl } from '../../support/training-data.ts';

export interface ExportWorker extends AsyncDisposable {
  /** Of a job that the worker "trained". */
  readonly model: string;
  /** What was asked while an archive was sent: where, and with how large a body. */
  readonly sent: readonly { readonly to: 'gateway' | 'bucket'; readonly bytes: number }[];
}

interface ExportWorkerOptions {
  readonly url: URL;
  readonly apiKey: string;
  readonly workerToken: string;
  /** What every export is. */
  readonly archive: Blob;
}

/** A worker on loopback that sends an archive as workers do, and the model to ask it for. */
export async function startExportWorker({
  url,
  apiKey,
  workerToken,
  archive,
}: ExportWorkerOptions): Promise<ExportWorker> {
  const sent: ExportWorker['sent'][number][] = [];
  const client = createGatewayClient({
    url: url.href,
    workerToken,
    fetch: (input, init) => {
      const isBucket = new Request(input).url.includes('/r2/s3/');
      sent.push({ to: isBucket ? 'bucket' : 'gateway', bytes: init?.body instanceof Blob ? init.body.size : 0 });
      return fetch(input, init);
    },
  });
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { grant } = WORKER_VERBS.export.request.parse(JSON.parse(await text(request)));
    const uploaded = await client.uploadExport(grant, archive, new AbortController().signal).catch(String);
    response.statusCode = typeof uploaded === 'string' ? 500 : 200;
    response.setHeader('content-type', 'application/json').end(JSON.stringify(uploaded));
  };
  const server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  const worker = await startFakeWorker({
    send: (path, init) => fetch(new URL(path, url), init),
    token: workerToken,
    name: 'exporter',
    url: `http://127.0.0.1:${address.port}`,
  });
  const openai = new OpenAI({ apiKey, baseURL: new URL('/v1', url).href });
  const file = await toFile(Buffer.from(toJsonl(ROWS)), 'train.jsonl');
  const { id: trainingFile } = await openai.files.create({ file, purpose: 'fine-tune' });
  const { id } = await openai.fineTuning.jobs.create({ model: 'all-minilm-l6-v2', training_file: trainingFile });
  const lease = await worker.claim();
  if (lease?.job_id !== id) throw new Error('another job was leased');
  await worker.finish(lease, writeSmallAdapter(['billing', 'bug']));
  const { fine_tuned_model: model } = await openai.fineTuning.jobs.retrieve(id);
  return {
    model: model ?? '',
    sent,
    [Symbol.asyncDispose]: async () => {
      await worker.leave();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
