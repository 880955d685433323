import { createId } from '../../contract/index.ts';
import type { BatchPartRow } from '../../store/queries/batches.ts';
import type { Services } from '../ports.ts';
import type { LineAnswer } from './answer-request.ts';

const MAX_BYTES = 1024 * 1024 * 1024;

/** Writes answered lines as OpenAI's output file has them. A part that no row names in the end is swept. @returns null of none */
export async function putPart(
  { blobs }: Pick<Services, 'blobs'>,
  part: Omit<BatchPartRow, 'blobKey'>,
  answers: readonly LineAnswer[],
): Promise<BatchPartRow | null> {
  if (answers.length === 0) return null;
  const text = answers.map(toLine).join('');
  const blobKey = `batches/${part.batchId}/${part.kind}-${part.line}-${crypto.randomUUID()}`;
  await blobs.put(blobKey, new Blob([text]).stream(), { maxBytes: MAX_BYTES });
  return { ...part, blobKey };
}

const toLine = ({ customId, requestId, status, body }: LineAnswer): string =>
  `${JSON.stringify({
    id: createId('batchLine'),
    custom_id: customId,
    response: { status_code: status, request_id: requestId, body },
    error: null,
  })}\n`;
