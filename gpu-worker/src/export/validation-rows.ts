import type { WorkerRequest } from '../../../src/contract/worker-verbs.ts';
import { assignRows, resolveLeviConfig } from '../../../src/levi/index.ts';
import type { TrainingRecord } from '../../../src/levi/index.ts';
import type { GatewayClient } from '../gateway-api/gateway-client.ts';
import { loadSplits } from '../jobs/load-splits.ts';

type Request = Pick<WorkerRequest<'export'>, 'source' | 'grant'>;

// Enough to tell what a graph does wrong; answering them takes seconds.
const MAX_ROWS = 256;

/** The rows that the model was chosen on, found again from its files and its seed; none where the files are gone. */
export async function loadValidationRows(
  client: Pick<GatewayClient, 'downloadExportFile'>,
  { source, grant }: Request,
  signal: AbortSignal,
): Promise<readonly TrainingRecord[]> {
  if (source === null) return [];
  const { levi, hyperparameters, seed, training_file, validation_file } = source;
  const files = { downloadFile: (_: unknown, fileId: string) => client.downloadExportFile(grant, fileId, signal) };
  const lease = { job_id: '', lease_token: '', levi, training_file, validation_file, shift_files: [] };
  const { train, validation } = await loadSplits(files, lease, { maxTokens: Infinity, signal });
  const rows = assignRows({
    train,
    validation: validation ?? undefined,
    config: resolveLeviConfig({ levi, hyperparameters }),
    seed,
  });
  const { from, rows: chosen } = rows.validation;
  return Array.from(chosen.subarray(0, MAX_ROWS), (row) => from.records[row]).filter((record) => record !== undefined);
}
