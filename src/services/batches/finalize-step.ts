import { createId } from '../../contract/index.ts';
import { deleteBatchParts, listBatchParts } from '../../store/queries/batches.ts';
import type { BatchChange, BatchPartRow, BatchRow } from '../../store/queries/batches.ts';
import type { FileRow } from '../../store/queries/files.ts';
import type { Services } from '../ports.ts';
import { toStream } from '../to-stream.ts';
import { endChange } from './end-change.ts';
import type { BatchEnd } from './end-change.ts';
import { parseBatchLine } from './parse-line.ts';
import { readBatchLines } from './read-lines.ts';

/** 200 MB of requests may be answered at length. */
const MAX_BYTES = 8 * 1024 * 1024 * 1024;
type Kind = BatchPartRow['kind'];

const MOMENTS = { completed: 'completedMs', expired: 'expiredMs', cancelled: 'cancelledMs' } as const;

/** Puts the parts together to an output and an error file, and ends the batch. Lines that an expired batch never came to are errors. */
export async function finalizeStep(
  services: Pick<Services, 'db' | 'blobs' | 'clock'>,
  {
    batch,
    input,
    status,
  }: { readonly batch: BatchRow; readonly input: FileRow | undefined; readonly status: keyof typeof MOMENTS },
): Promise<BatchChange> {
  const nowMs = services.clock.nowMs();
  const unanswered = status === 'expired' && input ? expiredLines(services, batch, input) : null;
  const output = await putFile(services, { batch, kind: 'output', more: null });
  const error = await putFile(services, { batch, kind: 'error', more: unanswered });
  const end: BatchEnd = {
    status,
    set: { [MOMENTS[status]]: nowMs, outputFile: output?.id ?? null, errorFile: error?.id ?? null },
    files: [output, error].filter((file) => file !== null),
  };
  return endChange(batch, end, nowMs);
}

/** What nobody reads any more, once the files are there. */
export async function dropParts({ db, blobs }: Pick<Services, 'db' | 'blobs'>, batchId: string): Promise<void> {
  const parts = await Promise.all((['output', 'error'] as const).map((kind) => listBatchParts(db, { batchId, kind })));
  await deleteBatchParts(db, batchId);
  for (const { blobKey } of parts.flat()) await blobs.delete(blobKey);
}

interface NewFile {
  readonly batch: BatchRow;
  readonly kind: Kind;
  readonly more: AsyncIterable<string> | null;
}

async function putFile(
  { db, blobs, clock }: Pick<Services, 'db' | 'blobs' | 'clock'>,
  { batch, kind, more }: NewFile,
): Promise<FileRow | null> {
  const parts = await listBatchParts(db, { batchId: batch.id, kind });
  const hasMore = more !== null && batch.completed + batch.failed < batch.total;
  if (parts.length === 0 && !hasMore) return null;
  const nowMs = clock.nowMs();
  const id = createId('file', nowMs);
  const blobKey = `files/${batch.projectId}/${id}`;
  const { sizeBytes, sha256 } = await blobs.put(blobKey, toStream(chunksOf(blobs, parts, more)), {
    maxBytes: MAX_BYTES,
  });
  const { outputExpiresSeconds } = batch;
  return {
    id,
    projectId: batch.projectId,
    filename: `${batch.id}_${kind}.jsonl`,
    purpose: 'batch_output',
    sizeBytes,
    sha256,
    blobKey,
    createdMs: nowMs,
    expiresMs: outputExpiresSeconds === null ? null : nowMs + outputExpiresSeconds * 1000,
  };
}

async function* chunksOf(
  blobs: Services['blobs'],
  parts: readonly BatchPartRow[],
  more: AsyncIterable<string> | null,
): AsyncGenerator<Uint8Array> {
  for (const { blobKey } of parts) {
    const content = await blobs.get(blobKey);
    if (!content) throw new Error(`internal: the blob ${blobKey} of a batch is gone`);
    yield* content.body;
  }
  const encoder = new TextEncoder();
  for await (const line of more ?? []) yield encoder.encode(line);
}

async function* expiredLines(
  { blobs }: Pick<Services, 'blobs'>,
  batch: BatchRow,
  { blobKey: key, sizeBytes }: FileRow,
): AsyncGenerator<string> {
  const { offset, line } = batch;
  const error = {
    code: 'batch_expired',
    message: 'The batch expired before this request was answered: send it again.',
  };
  for await (const text of readBatchLines(blobs, { key, sizeBytes, offset, line })) {
    const parsed = parseBatchLine(text, batch);
    if (parsed.kind !== 'request') continue;
    const { custom_id } = parsed.request;
    yield `${JSON.stringify({ id: createId('batchLine'), custom_id, response: null, error })}\n`;
  }
}
