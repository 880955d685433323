import { LevigateError } from '../../contract/index.ts';
import { findBatch } from '../../store/queries/batches.ts';
import type { BatchRow } from '../../store/queries/batches.ts';
import type { Context } from '../context.ts';

/** The caller's batch; one that is missing or another project's is the same `batch_not_found`. */
export async function requireBatch({ services, actor }: Context, id: string): Promise<BatchRow> {
  const row = await findBatch(services.db, { id, projectId: actor.projectId });
  if (row) return row;
  throw new LevigateError(
    'batch_not_found',
    `there is no batch "${id}" in this project: list the batches to see their ids`,
    { param: 'batch_id' },
  );
}
