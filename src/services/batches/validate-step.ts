import { LIMITS } from '../../contract/index.ts';
import type { BatchError } from '../../contract/index.ts';
import type { BatchChange, BatchRow } from '../../store/queries/batches.ts';
import type { FileRow } from '../../store/queries/files.ts';
import type { Services } from '../ports.ts';
import { endChange } from './end-change.ts';
import { parseBatchLine } from './parse-line.ts';
import { readBatchLines } from './read-lines.ts';

/** Reads the whole file once: either it is begun, or it fails with what is wrong with which line. */
export async function validateStep(
  { blobs, clock }: Pick<Services, 'blobs' | 'clock'>,
  batch: BatchRow,
  file: FileRow,
): Promise<BatchChange> {
  const errors: BatchError[] = [];
  const seen = new Set<string>();
  let model: string | null = null;
  const lines = readBatchLines(blobs, { key: file.blobKey, sizeBytes: file.sizeBytes, offset: 0, line: 0 });
  for await (const text of lines) {
    const parsed = parseBatchLine(text, batch);
    if (parsed.kind === 'blank') continue;
    if (parsed.kind === 'error') errors.push(parsed.error);
    else {
      const { custom_id, body } = parsed.request;
      if (seen.has(custom_id)) errors.push(duplicate(custom_id, text.line));
      seen.add(custom_id);
      model ??= typeof body['model'] === 'string' ? body['model'] : null;
    }
    if (seen.size > LIMITS.batchLines) errors.push(tooMany(text.line));
    if (errors.length >= LIMITS.batchErrors || seen.size > LIMITS.batchLines) break;
  }
  if (seen.size === 0 && errors.length === 0) errors.push(empty);
  const nowMs = clock.nowMs();
  if (errors.length > 0) return endChange(batch, { status: 'failed', set: { errors, failedMs: nowMs } }, nowMs);
  return { set: { status: 'in_progress', inProgressMs: nowMs, total: seen.size, model, dueMs: nowMs } };
}

const duplicate = (id: string, line: number): BatchError => ({
  code: 'duplicate_custom_id',
  message: `line ${line} has the custom_id "${id}" of an earlier line: answers are told apart by it`,
  param: 'custom_id',
  line,
});

const tooMany = (line: number): BatchError => ({
  code: 'too_many_lines',
  message: `line ${line} is beyond the ${LIMITS.batchLines} requests of one batch: split the file`,
  param: null,
  line,
});

const empty: BatchError = {
  code: 'empty_file',
  message: 'the file holds no requests: write {"custom_id", "method": "POST", "url", "body"}, a line each',
  param: null,
  line: null,
};
