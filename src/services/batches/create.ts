import { createId, DAY_MS, LevigateError, LIMITS } from '../../contract/index.ts';
import type { Batch, CreateBatchRequest } from '../../contract/index.ts';
import { insertBatch } from '../../store/queries/batches.ts';
import { requireScope } from '../context.ts';
import type { Context } from '../context.ts';
import { requireFile } from '../files/require-file.ts';
import { toBatch } from './to-wire.ts';

/** Queues a file of requests; its lines are checked, then answered, by the clock. */
export async function createBatch(ctx: Context, request: CreateBatchRequest): Promise<Batch> {
  // What its lines ask for, and what it reads and writes.
  for (const scope of ['predict', 'files:read', 'files:write'] as const) requireScope(ctx, scope);
  const { services, actor } = ctx;
  const { purpose, sizeBytes } = await requireFile(ctx, request.input_file_id, 'input_file_id');
  if (purpose !== 'batch') {
    throw new LevigateError(
      'invalid_file_purpose',
      `input_file_id: the file ${request.input_file_id} has the purpose "${purpose}": upload it with purpose "batch"`,
      { param: 'input_file_id' },
    );
  }
  if (sizeBytes > LIMITS.batchFileBytes) {
    throw new LevigateError(
      'invalid_request',
      `"input_file_id": the file has ${sizeBytes} bytes, more than the ${LIMITS.batchFileBytes} of one batch: split it`,
      { param: 'input_file_id' },
    );
  }
  const nowMs = services.clock.nowMs();
  const row = await insertBatch(services.db, {
    id: createId('batch', nowMs),
    projectId: actor.projectId,
    keyId: actor.keyId,
    scopes: [...actor.scopes],
    status: 'validating',
    endpoint: request.endpoint,
    inputFile: request.input_file_id,
    metadata: request.metadata ?? null,
    outputExpiresSeconds: request.output_expires_after?.seconds ?? null,
    createdMs: nowMs,
    expiresMs: nowMs + DAY_MS,
    dueMs: nowMs,
  });
  services.wakeBatches();
  return toBatch(row);
}
