import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { eq } from 'drizzle-orm';
import { DEFAULT_BACKBONE, WorkerPredictResponse } from '../../src/contract/index.ts';
import type { WorkerPredictRequest } from '../../src/contract/index.ts';
import { openNodeDatabase } from '../../src/platform/node/database.ts';
import { findModel } from '../../src/store/queries/models.ts';
import { projects, workers } from '../../src/store/schema.ts';
import { ANSWER_TOLERANCE, differenceOfNumbers, readAnswers } from './answers.ts';
import { runClosedLoop } from './closed-loop.ts';
import { absoluteFigure, ratioFigure } from './figure.ts';
import type { Figure } from './figure.ts';
import { freePort } from './free-port.ts';
import { createHttpClient } from './http-client.ts';
import type { HttpClient, Reply } from './http-client.ts';
import { inTurns } from './in-turns.ts';
import { startScript } from './script-process.ts';
import type { Measuring, ServePart } from './serve-part.ts';
import { openServer } from './server.ts';
import { quantiles } from './spread.ts';
import { MIGRATIONS } from './trained-folder.ts';
import type { TrainedFolder } from './trained-folder.ts';

const PAIRS = 1_500;
const WARM_UP_PAIRS = 300;
const REQUESTS = 6_000;
const CONCURRENCY = 32;
const INPUT = 'an entertaining film, though it takes its time';

/** What stands between the client and the worker: what it adds to one request, and how many it lets through. */
export const GATEWAY: ServePart = {
  name: "P7: the gateway's own time",
  keys: ['P7.latency.p50', 'P7.latency.p99', 'P7.throughput'],
  measure: async (measuring) => {
    measuring.say('P7: latency');
    const { figures, answer } = await measureLatency(measuring);
    measuring.say('P7: throughput');
    return [...figures, await measureThroughput(measuring, answer)];
  },
};

/**
 * The same prediction through the gateway and from the worker itself, in turns, one at a time. Its features are cached, so that the
 * backbone's own unsteady milliseconds do not hide the gateway's tenths.
 */
async function measureLatency({
  folder,
  rounds,
  share,
}: Measuring): Promise<{ readonly figures: readonly Figure[]; readonly answer: string }> {
  const [model = ''] = await folder.modelIds(1);
  await using server = await openServer(folder, { isCached: true });
  await using gateway = server.createClient(1);
  const { client, body } = await directCall(folder, model);
  await using direct = client;
  const asked = JSON.stringify({ model, input: INPUT });
  const pair = async (): Promise<readonly [Reply, Reply]> => [await gateway.post(asked), await direct.post(body)];
  for (let turn = 0; turn < WARM_UP_PAIRS; turn += 1) await pair();
  const added: { readonly p50: number; readonly p99: number }[] = [];
  let answer = '';
  for (let round = 0; round < rounds; round += 1) {
    const pairs: (readonly [Reply, Reply])[] = [];
    for (let turn = 0; turn < share * PAIRS; turn += 1) pairs.push(await pair());
    for (const [ours, theirs] of pairs) assertSame(ours, theirs, model);
    answer = pairs[0]?.[1].text ?? answer;
    const [ours, theirs] = [0, 1].map((side) => quantiles(pairs.map((replies) => replies[side]?.ms ?? Number.NaN)));
    if (ours === undefined || theirs === undefined) throw new Error('nothing was measured');
    added.push({ p50: ours(0.5) - theirs(0.5), p99: ours(0.99) - theirs(0.99) });
  }
  const what = (share: string): string => `${share} through the gateway less ${share} of the worker, one at a time`;
  return {
    answer,
    figures: [
      absoluteFigure({
        key: 'P7.latency.p50',
        what: what('p50'),
        goal: { atMost: 1 },
        unit: 'ms',
        values: added.map(({ p50 }) => p50),
      }),
      absoluteFigure({
        key: 'P7.latency.p99',
        what: what('p99'),
        goal: { atMost: 5 },
        unit: 'ms',
        values: added.map(({ p99 }) => p99),
      }),
    ],
  };
}

/** The request that the gateway would send to its worker. */
async function directCall(
  folder: TrainedFolder,
  modelId: string,
): Promise<{ readonly client: HttpClient; readonly body: string }> {
  using database = await openNodeDatabase(join(folder.path, 'levigate.db'), MIGRATIONS);
  const { db } = database;
  const [project] = await db.select().from(projects);
  const model = await findModel(db, { id: modelId, projectId: project?.id ?? '' });
  const [worker] = await db.select().from(workers).where(eq(workers.name, 'embedded'));
  if (!project || !model || !worker) throw new Error('the folder lacks a project, its model or a worker');
  const request: WorkerPredictRequest = {
    backbone: model.backbone,
    cache_salt: project.cacheSalt,
    adapters: [{ model: model.id, sha256: model.adapterSha256, bytes: model.adapterBytes }],
    inputs: [{ text: INPUT }],
    views: false,
  };
  return {
    client: createHttpClient({ url: worker.url, path: '/predict', token: worker.accessToken, connections: 1 }),
    body: JSON.stringify(request),
  };
}

function assertSame(ours: Reply, theirs: Reply, model: string): void {
  const [one] = readAnswers(ours, { inputs: 1, models: [model] }, { isCached: true }).data;
  const [other] = WorkerPredictResponse.parse(JSON.parse(theirs.text)).data;
  if (one === undefined || other === undefined || differenceOfNumbers(one, other) > ANSWER_TOLERANCE) {
    throw new Error('the gateway and its worker answer differently');
  }
}

/**
 * Gateway and bare proxy in front of a worker that answers at once, so that what is compared is not hidden behind a prediction's own
 * time. Each runs in a process of its own with the same client and the same worker in two more, all on the machine's cores.
 */
async function measureThroughput({ folder, rounds, share }: Measuring, answer: string): Promise<Figure> {
  const [model = ''] = await folder.modelIds(1);
  const workerToken = randomBytes(32).toString('base64url');
  const port = await freePort();
  const registration = [`http://127.0.0.1:${port}`, workerToken, DEFAULT_BACKBONE];
  await using worker = await startScript({
    command: [process.execPath, script('canned-worker.ts'), answer, ...registration],
  });
  await using proxy = await startScript({ command: [process.execPath, script('bare-proxy.ts'), worker.url] });
  // Ready once the worker has registered.
  await using server = await openServer(folder, {
    env: { PORT: String(port), LEVIGATE_EMBEDDED_WORKER: '0', LEVIGATE_WORKER_TOKEN: workerToken },
  });
  await using ours = server.createClient(CONCURRENCY);
  await using theirs = createHttpClient({
    url: proxy.url,
    path: '/v1/predict',
    token: folder.apiKey,
    connections: CONCURRENCY,
  });
  const body = JSON.stringify({ model, input: INPUT });
  const bodies = Array.from({ length: Math.round(share * REQUESTS) }, () => body);
  const turn = (client: HttpClient) => async () => {
    const { ms, replies } = await runClosedLoop(client, bodies, CONCURRENCY);
    const wrong = replies.find(({ status }) => status !== 200);
    if (wrong) throw new Error(`the server answered ${wrong.status}: ${wrong.text.slice(0, 300)}`);
    return (1_000 * bodies.length) / ms;
  };
  const sides = { ours: turn(ours), theirs: turn(theirs) };
  for (const warmUp of Object.values(sides)) await warmUp();
  const perSecond = await inTurns(rounds, sides);
  return ratioFigure({
    key: 'P7.throughput',
    what: `single inputs, ${CONCURRENCY} at once, worker that answers at once / bare Hono proxy`,
    goal: { atLeast: 0.7 },
    unit: 'requests/s',
    ours: perSecond.ours,
    baseline: perSecond.theirs,
  });
}

const script = (name: string): string => join(import.meta.dirname, name);
