import { LevigateError } from '../../contract/index.ts';
import { sumFileBytes } from '../../store/queries/files.ts';
import type { Context } from '../context.ts';
import { metricsOf } from '../metrics.ts';

/** Rejects with `insufficient_quota` where the project's files and `moreBytes` are more than it may store. */
export async function assertStorage({ services, actor }: Context, moreBytes: number): Promise<void> {
  const max = actor.project.limits?.storage_bytes;
  if (max === undefined) return;
  const stored = await sumFileBytes(services.db, { projectId: actor.projectId, nowMs: services.clock.nowMs() });
  if (stored + moreBytes <= max) return;
  metricsOf(services).limited.add({ limit: 'storage_bytes' });
  throw new LevigateError(
    'insufficient_quota',
    `project ${actor.projectId} may store ${max} bytes and has ${stored}: delete files, or have the quota raised`,
  );
}
