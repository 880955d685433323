import { randomBytes } from 'node:crypto';
import { getLogger } from '@logtape/logtape';
import { PurgedFeatures } from '../../contract/index.ts';
import type { PurgedFeatureCache } from '../../contract/index.ts';
import { findProject, replaceCacheSalt } from '../../store/queries/projects.ts';
import type { WorkerRow } from '../../store/queries/workers.ts';
import { requireScope } from '../context.ts';
import type { Context } from '../context.ts';
import { keyCacheOf } from '../keys/key-cache.ts';
import { listAliveWorkers } from '../workers/list-alive.ts';

const log = getLogger(['levigate', 'features']);

const PURGE_TIMEOUT_MS = 10_000;

/**
 * Erases the features that workers keep of the project's inputs. The project's salt is replaced first: what a worker that is away keeps can
 * then never be found again, and is overwritten in time.
 */
export async function purgeFeatureCache(ctx: Context): Promise<PurgedFeatureCache> {
  requireScope(ctx, 'models:write');
  const { db } = ctx.services;
  const project = await findProject(db, ctx.actor.projectId);
  if (!project) throw new Error(`internal: project ${ctx.actor.projectId} is gone while its key is there`);
  await replaceCacheSalt(db, { id: project.id, cacheSalt: randomBytes(16).toString('hex') });
  keyCacheOf(ctx.services).deleteProject(project.id);
  const workers = await listAliveWorkers(ctx.services);
  return {
    object: 'feature_cache.purged',
    workers: await Promise.all(
      workers.map(async (worker) => ({
        name: worker.name,
        entries: await purgeOn(ctx, worker, project.cacheSalt).catch((error: unknown) => {
          log.warn('a worker could not be told to purge', { requestId: ctx.requestId, worker: worker.name, error });
          return null;
        }),
      })),
    ),
  };
}

async function purgeOn(ctx: Context, worker: WorkerRow, salt: string): Promise<number> {
  const { status, body } = await ctx.services.workers.post({
    url: new URL('feature-cache/purge', worker.url.endsWith('/') ? worker.url : `${worker.url}/`).href,
    accessToken: worker.accessToken,
    body: JSON.stringify({ cache_salt: salt }),
    timeoutMs: PURGE_TIMEOUT_MS,
    signal: ctx.signal,
    requestId: ctx.requestId,
  });
  if (status !== 200) throw new Error(`it answered with status ${status}`);
  return PurgedFeatures.parse(JSON.parse(body)).entries;
}
