import OpenAI from 'openai';
import { createApp } from '../../src/gateway/app.ts';
import { createCloudflareServices } from '../../src/platform/cloudflare/create-services.ts';
import { ensureDefaultProject } from '../../src/services/keys/ensure-default-project.ts';
import { sweepExpiredFiles } from '../../src/services/files/sweep-expired.ts';
import { sweepLeases } from '../../src/services/leases/sweep.ts';
import { runUpkeep } from '../../src/services/upkeep/run-upkeep.ts';
import { startFakeWorker } from '../../tests/support/fake-worker.ts';
import { startPredictServer } from '../../tests/support/predict-server.ts';
import { startWorker } from '../../tests/workers/harness.ts';
import { countBucket, countDatabase, countObjects, countQueue, noUsage } from './count-bindings.ts';
import type { Usage } from './count-bindings.ts';

/**
 * What one call of each kind asks of D1, R2 and Queues: the gateway's own code over the local runtime's bindings, which are
 * counted. Prints JSON, a line an operation, for bench/cost.ts. `node bench/cost/measure.ts`
 */
const SECRET = 'a-secret-of-the-operator';
const TOKEN = 'a-worker-token-of-thirty-two-characters';
const ROWS = 2_000;

await using stack = new AsyncDisposableStack();
const local = stack.use(await startWorker({ LEVIGATE_API_KEY: SECRET, LEVIGATE_WORKER_TOKEN: TOKEN }));
const usage = noUsage();
const putOff: Promise<unknown>[] = [];
const { services, outbox } = createCloudflareServices(
  {
    ...local.env,
    LEVIGATE_API_KEY: SECRET,
    LEVIGATE_WORKER_TOKEN: TOKEN,
    DB: countDatabase(local.env.DB, usage),
    BLOBS: countBucket(local.env.BLOBS, usage),
    OUTBOX: countQueue(usage) as Queue,
    LIMITER: countObjects(local.env.LIMITER, usage),
  },
  { waitUntil: (work) => void putOff.push(work), workOnBatches: () => Promise.resolve() },
);
await ensureDefaultProject(services, { secret: SECRET });
const app = createApp(services);
const send = async (path: string, init?: RequestInit): Promise<Response> => app.request(path, init);
const client = new OpenAI({
  apiKey: SECRET,
  baseURL: 'http://gateway/v1',
  maxRetries: 0,
  fetch: (url, init) => send(new URL(url instanceof Request ? url.url : url).pathname, init),
});

/** Counts one call, with what it puts off. */
async function count<Result>(name: string, call: () => Promise<Result>): Promise<Result> {
  Object.assign(usage, noUsage());
  const result = await call();
  await Promise.all(putOff.splice(0));
  const counted: { readonly name: string } & Usage = { name, ...usage };
  console.log(JSON.stringify(counted));
  return result;
}

const jsonl = Array.from({ length: ROWS }, (_, row) =>
  JSON.stringify({
    text: `The text of row ${row}, as long as a short message of a customer`,
    label: `label ${row % 8}`,
  }),
).join('\n');

const predictServer = stack.use(await startPredictServer());
await count('webhook endpoint', () => client.post('/webhook_endpoints', { body: { url: 'https://hook.invalid/' } }));
const worker = await count('worker: register', () => startFakeWorker({ send, token: TOKEN, url: predictServer.url }));
await count('worker: heartbeat', () => worker.heartbeat());
await count('worker: claim, nothing queued', () => worker.claim());
const file = await count('upload a file', () =>
  client.files.create({ file: new File([jsonl], 'train.jsonl'), purpose: 'fine-tune' }),
);
const job = await count('create a job', () =>
  client.fineTuning.jobs.create({ model: 'all-minilm-l6-v2', training_file: file.id }),
);
const lease = await count('worker: claim a job', () => worker.claim());
if (!lease) throw new Error('nothing was leased');
await count('worker: download the file', () => worker.download(`/jobs/${job.id}/files/${file.id}`, lease));
await count('worker: heartbeat of a job', () => worker.heartbeatJob(lease));
await count('worker: checkpoint', () => worker.upload(lease, 'checkpoint', 'x'.repeat(1_000_000)));
await count('worker: adapter, report, completion', () => worker.finish(lease, 'y'.repeat(1_000_000)));
await count('outbox: one webhook', () => outbox.tick());
await count('poll a job', () => client.fineTuning.jobs.retrieve(job.id));
const { fine_tuned_model: model } = await client.fineTuning.jobs.retrieve(job.id);
const predict = () => client.post('/predict', { body: { model, input: 'a text', monitor: false } });
await predict();
await count('predict', predict);
await count('cron: every minute', () =>
  Promise.all([sweepLeases(services), sweepExpiredFiles(services), outbox.tick()]),
);
await count('cron: every hour', () => runUpkeep(services));
