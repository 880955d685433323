import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { createAdapterStore } from '../../../gpu-worker/src/adapters/adapter-store.ts';
import { createPredictorPool } from '../../../gpu-worker/src/adapters/predictor-pool.ts';
import { readCatalogue } from '../../../gpu-worker/src/backbones/read-catalogue.ts';
import { superviseDevice } from '../../../gpu-worker/src/device/device-supervisor.ts';
import type { DeviceSupervisor } from '../../../gpu-worker/src/device/device-supervisor.ts';
import { createFeatureCache } from '../../../gpu-worker/src/features/feature-cache.ts';
import { runJob } from '../../../gpu-worker/src/jobs/run-job.ts';
import { createPredict } from '../../../gpu-worker/src/predict/predict.ts';
import { openBackbone } from '../../../gpu-worker/src/resident/open-backbone.ts';
import { createResidentBackbones } from '../../../gpu-worker/src/resident/resident-backbones.ts';
import { createOnnxRuntime } from '../../../gpu-worker/src/runtime/onnx-runtime.ts';
import { findAsset, titleOrReason } from '../../support/assets.ts';
import { drawColouredPng } from '../../support/draw-image.ts';
import { createTemporaryFolder } from '../../support/temporary-folder.ts';
import type { TemporaryFolder } from '../../support/temporary-folder.ts';
import { writeTinyVit } from '../../support/write-tiny-vit.ts';
import { createFakeGateway, leasedFile, leasedJob } from './support/fake-gateway.ts';

interface LabelledImage {
  readonly image: Uint8Array;
  readonly label: string;
}

const base64 = (image: Uint8Array): string => Buffer.from(image).toString('base64');
const signal = new AbortController().signal;

let device: DeviceSupervisor;
let temporary: TemporaryFolder;
beforeAll(async () => {
  temporary = await createTemporaryFolder();
  vi.stubEnv('LEVIGATE_CACHE', temporary.path);
  device = superviseDevice({ wanted: 'cpu', threads: 1, lanes: 1 });
});
afterAll(async () => {
  await device[Symbol.asyncDispose]();
  await temporary[Symbol.asyncDispose]();
  vi.unstubAllEnvs();
});

interface FineTuneOptions {
  readonly catalogue?: string;
  readonly layers?: number[];
}

/** A job of a real device process, through everything but HTTP. */
async function fineTune(backbone: string, rows: readonly LabelledImage[], { catalogue, layers }: FineTuneOptions) {
  const backbones = createResidentBackbones({
    device,
    cache: createFeatureCache({ maxBytes: 100_000_000 }),
    signal: new AbortController().signal,
    batching: {
      tokenBudget: 512,
      sizes: [],
      leastBudget: 1,
      maxImages: 8,
      windowMs: 0,
      maxQueued: 1_000,
      standingMs: 10_000,
      freeCalls: 64,
      calibration: null,
    },
    open: (name) => openBackbone(name, { device, catalogue: readCatalogue(catalogue), signal }),
  });
  const gateway = createFakeGateway();
  const lines = rows.map(({ image, label }) => JSON.stringify({ image: base64(image), label }));
  const content = lines.join('\n');
  gateway.files.set('file-images', content);
  const lease = leasedJob({
    backbone,
    training_file: leasedFile('file-images', content),
    levi: { method: 'levi', layers },
    // The convolutional task model is what takes long, and little of it is enough here.
    hyperparameters: { n_epochs: 12 },
  });
  await runJob({ client: gateway.client, backbones, device }, lease, signal);
  const adapter = gateway.uploads.get('adapter') ?? new Uint8Array();
  const predict = createPredict({
    backbones,
    adapters: createAdapterStore({ maxBytes: 100_000_000, fetch: async () => adapter }),
    predictors: createPredictorPool(createOnnxRuntime({ device: 'cpu', threads: 1 })),
  });
  const ask = async (images: readonly Uint8Array[]): Promise<(string | null)[]> => {
    const inputs = images.map((image) => ({ image: base64(image) }));
    const sha256 = createHash('sha256').update(adapter).digest('hex');
    const adapters = [{ model: 'ft', sha256, bytes: adapter.length }];
    const { data } = await predict({ backbone, cache_salt: 'salt', adapters, inputs, views: true });
    return data.map(({ label }) => label);
  };
  return { ends: gateway.ends, ask };
}

const share = (answers: readonly (string | null)[], rows: readonly LabelledImage[]): number =>
  answers.filter((answer, row) => answer === rows[row]?.label).length / rows.length;

describe('a job on images', () => {
  const colours = { red: [190, 60, 60], blue: [60, 60, 190], green: [60, 170, 70] } as const;
  const draw = async (label: keyof typeof colours, seed: number): Promise<LabelledImage> => ({
    image: await drawColouredPng(colours[label], seed),
    label,
  });
  const drawAll = (from: number, to: number): Promise<LabelledImage[]> =>
    Promise.all(
      Array.from({ length: to - from }, (_, at) => from + at).flatMap((seed) => [
        draw('red', seed),
        draw('blue', seed),
        draw('green', seed),
      ]),
    );

  test('trains on a small vision transformer of the catalogue and tells images apart that it has not seen', async () => {
    const catalogue = await writeTinyVit(temporary.path);
    const { ends, ask } = await fineTune('tiny-vit', await drawAll(0, 20), { catalogue });
    expect(ends).toMatchObject([
      { kind: 'complete', body: { labels: ['blue', 'green', 'red'], trained_tokens: 60 * 80 } },
    ]);
    const unseen = await drawAll(100, 105);
    expect(share(await ask(unseen.map(({ image }) => image)), unseen)).toBe(1);
  }, 180_000);

  test('fails for good on an image that was cut short, naming its line', async () => {
    const catalogue = await writeTinyVit(temporary.path);
    const rows = await drawAll(0, 5);
    const cut = rows.map((row, at) => (at === 6 ? { ...row, image: row.image.subarray(0, -20) } : row));
    const { ends } = await fineTune('tiny-vit', cut, { catalogue });
    expect(ends).toMatchObject([
      { kind: 'fail', body: { retryable: false, error: { code: 'invalid_training_file', param: 'training_file' } } },
    ]);
    expect(JSON.stringify(ends)).toMatch(/training_file, line 7, field .*image.*is damaged or cut short/);
  }, 180_000);
});

const weights = 'weights/mobilenet-v2-035-224-imagenet';
const pacs = 'data/pacs-subset';
const missing = [weights, pacs].find((path) => findAsset(path) === null) ?? null;

describe.skipIf(missing !== null)(titleOrReason('mobilenet-v2', missing ?? '', missing === null ? '' : null), () => {
  test('learns photos of three classes from a few dozen of each', async () => {
    vi.stubEnv('LEVIGATE_BACKBONE_DIR', findAsset(weights) ?? '');
    const folder = findAsset(pacs) ?? '';
    const index = readFileSync(`${folder}/index.csv`, 'utf8').trim().split(/\r?\n/).slice(1);
    const photos = (label: string, from: number, to: number): LabelledImage[] =>
      index
        .map((line) => line.split(','))
        .filter(([, domain, found]) => domain === 'photo' && found === label)
        .slice(from, to)
        .map(([file]) => ({ image: readFileSync(`${folder}/${file}`), label }));
    const classes = ['dog', 'guitar', 'house'];
    const { ends, ask } = await fineTune(
      'mobilenet-v2',
      classes.flatMap((label) => photos(label, 0, 24)),
      { layers: [9, 10] },
    );
    expect(ends).toMatchObject([{ kind: 'complete', body: { labels: classes } }]);
    const unseen = classes.flatMap((label) => photos(label, 40, 50));
    expect(share(await ask(unseen.map(({ image }) => image)), unseen)).toBeGreaterThan(0.85);
  }, 240_000);
});
