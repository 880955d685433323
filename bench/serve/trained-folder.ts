import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { eq } from 'drizzle-orm';
import { createRandom } from '../../src/engine/index.ts';
import { createId, DEFAULT_BACKBONE, fineTunedModelId } from '../../src/contract/index.ts';
import { openNodeDatabase } from '../../src/platform/node/database.ts';
import type { Levigate } from '../../src/sdk/index.ts';
import { jobs, models } from '../../src/store/schema.ts';
import type { ModelRow } from '../../src/store/queries/models.ts';
import { toJsonl } from '../../tests/support/example-texts.ts';
import { createDataFolder } from '../../tests/support/levigate-process.ts';
import { benchTexts } from '../texts.ts';
import { perturbAdapter } from './perturb-adapter.ts';
import { startStoppable } from './start-stoppable.ts';
import { removeAtExit } from './stop-at-exit.ts';

/** A gateway's data folder that holds trained models. */
export interface TrainedFolder extends AsyncDisposable {
  readonly path: string;
  readonly apiKey: string;
  readonly method: string;
  /** Of each adapter. */
  readonly adapterBytes: number;
  /**
   * The first `count` models' ids. One was trained through the API; the others are copies of it whose weights are all a little
   * different, so other adapters of the same size and architecture, put into the folder as a job would have. No server may be running.
   */
  modelIds(count: number): Promise<readonly string[]>;
}

export const MIGRATIONS = join(import.meta.dirname, '../../migrations');
const TRAINING_ROWS = 600;
const METHOD = 'levi';
const ROWS_PER_BATCH = 100;

export async function createTrainedFolder(): Promise<TrainedFolder> {
  const folder = await createDataFolder();
  const { path } = folder;
  const atExit = removeAtExit(path);
  const known = [await train(path)];
  const [model] = await readModels(path);
  if (model === undefined) throw new Error('the model that was trained is not in the database');
  return {
    path,
    apiKey: (await readFile(join(path, 'api-key'), 'utf8')).trim(),
    method: model.method,
    adapterBytes: model.adapterBytes,
    modelIds: async (count) => {
      if (count > known.length) known.push(...(await addCopies(path, model, { from: known.length, to: count })));
      return known.slice(0, count);
    },
    [Symbol.asyncDispose]: async () => {
      await folder[Symbol.asyncDispose]();
      atExit[Symbol.dispose]();
    },
  };
}

async function train(path: string): Promise<string> {
  await using levigate = await startStoppable(path, { LEVIGATE_LOG: 'error' });
  return await trainModel(levigate.client);
}

async function trainModel(client: Levigate): Promise<string> {
  const file = await client.files.create({
    file: toJsonl(benchTexts(TRAINING_ROWS).rows),
    filename: 'train.jsonl',
    purpose: 'fine-tune',
  });
  const { id } = await client.jobs.create({
    model: DEFAULT_BACKBONE,
    training_file: file.id,
    seed: 1,
    levi: { method: METHOD },
  });
  const { fine_tuned_model: model } = await client.jobs.wait(id);
  if (typeof model !== 'string') throw new Error(`job ${id} ended without a model`);
  return model;
}

async function readModels(path: string): Promise<ModelRow[]> {
  using database = await openNodeDatabase(join(path, 'levigate.db'), MIGRATIONS);
  return await database.db.select().from(models);
}

async function addCopies(
  path: string,
  model: ModelRow,
  { from, to }: { readonly from: number; readonly to: number },
): Promise<string[]> {
  using database = await openNodeDatabase(join(path, 'levigate.db'), MIGRATIONS);
  const { db } = database;
  const [job] = await db.select().from(jobs).where(eq(jobs.id, model.jobId));
  if (job === undefined) throw new Error('the job of the model that was trained is not in the database');
  const blobOf = (key: string): string => join(path, 'blobs', ...key.split('/'));
  const original = await readFile(blobOf(model.adapterKey));
  const ids: string[] = [];
  for (let start = from; start < to; start += ROWS_PER_BATCH) {
    const copies = [];
    for (let copy = start; copy < Math.min(to, start + ROWS_PER_BATCH); copy += 1) {
      const bytes = perturbAdapter(original, createRandom(copy));
      const jobId = createId('job');
      const adapterKey = `jobs/${jobId}/adapter-${randomUUID()}`;
      await mkdir(dirname(blobOf(adapterKey)), { recursive: true });
      await writeFile(blobOf(adapterKey), bytes);
      const id = fineTunedModelId({ base: job.model, project: job.projectId, suffix: job.suffix, job: jobId });
      copies.push({ id, jobId, adapterKey, adapterSha256: createHash('sha256').update(bytes).digest('hex') });
    }
    // A row a statement, as a statement binds few parameters; all in one transaction.
    const inserts = copies.flatMap(({ id, jobId, ...adapter }) => [
      db.insert(jobs).values({ ...job, id: jobId, fineTunedModel: id }),
      db.insert(models).values({ ...model, ...adapter, id, jobId }),
    ]);
    const [first, ...others] = inserts;
    if (first !== undefined) await db.batch([first, ...others]);
    ids.push(...copies.map(({ id }) => id));
  }
  return ids;
}
