import { LevigateError } from '../../contract/index.ts';
import type { Batch } from '../../contract/index.ts';
import { changeBatchStatus } from '../../store/queries/batches.ts';
import { requireScope } from '../context.ts';
import type { Context } from '../context.ts';
import { requireBatch } from './require-batch.ts';
import { toBatch } from './to-wire.ts';

/** What was answered by then becomes its files; lines that are on their way are given up. */
export async function cancelBatch(ctx: Context, id: string): Promise<Batch> {
  requireScope(ctx, 'predict');
  const { services, actor } = ctx;
  const nowMs = services.clock.nowMs();
  const changed = await changeBatchStatus(
    services.db,
    { id, projectId: actor.projectId },
    // Due at once: whoever works on it finds its status changed and commits nothing.
    {
      from: ['validating', 'in_progress'],
      set: { status: 'cancelling', cancellingMs: nowMs, leaseToken: null, dueMs: nowMs },
    },
  );
  if (changed) {
    services.wakeBatches();
    return toBatch(changed);
  }
  const row = await requireBatch(ctx, id);
  if (row.status === 'cancelling') return toBatch(row);
  throw new LevigateError('batch_already_finished', `${id} is ${row.status} already: it cannot be cancelled any more`, {
    param: 'batch_id',
  });
}
