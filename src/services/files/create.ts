import { createId, LevigateError, LIMITS } from '../../contract/index.ts';
import type { FileObject } from '../../contract/index.ts';
import { insertFile } from '../../store/queries/files.ts';
import type { FileRow } from '../../store/queries/files.ts';
import { requireScope } from '../context.ts';
import type { Context } from '../context.ts';
import { assertStorage } from '../limits/assert-storage.ts';
import type { Services, StoredBlob } from '../ports.ts';
import { bodyTooLarge } from './body-too-large.ts';
import { parseFilename } from './parse-filename.ts';
import { toFileObject } from './to-wire.ts';
import { parseUploadFields } from './upload-fields.ts';

/** What an upload consists of, in the order it arrives: clients send the file before its purpose. */
export type UploadPart =
  | { readonly kind: 'field'; readonly name: string; readonly value: string }
  | {
      readonly kind: 'file';
      readonly name: string;
      readonly filename: string;
      readonly body: ReadableStream<Uint8Array>;
    };

interface ReceivedFile extends StoredBlob {
  readonly filename: string;
}

/** Streams the file into the blob store; nothing stays there unless the whole upload is good. */
export async function createFile(ctx: Context, parts: AsyncIterable<UploadPart>): Promise<FileObject> {
  requireScope(ctx, 'files:write');
  const { services, actor } = ctx;
  const nowMs = services.clock.nowMs();
  const id = createId('file', nowMs);
  const blobKey = `files/${actor.projectId}/${id}`;
  // Before the bytes travel, as far as it is known then, and with their number once it is.
  await assertStorage(ctx, 1);
  try {
    const { file, fields } = await receive(ctx, parts, blobKey);
    const { purpose, expires_after: expiry } = parseUploadFields(fields);
    const { filename, sizeBytes, sha256 } = requireContent(file);
    await assertStorage(ctx, sizeBytes);
    const expiresMs = expiry ? nowMs + expiry.seconds * 1000 : null;
    const row: FileRow = {
      id,
      projectId: actor.projectId,
      filename,
      purpose,
      sizeBytes,
      sha256,
      blobKey,
      createdMs: nowMs,
      expiresMs,
    };
    await insertFile(services.db, row);
    return toFileObject(row);
  } catch (error) {
    await services.blobs.delete(blobKey);
    throw error;
  }
}

async function receive(ctx: Context, parts: AsyncIterable<UploadPart>, blobKey: string) {
  const fields = new Map<string, string>();
  let file: ReceivedFile | null = null;
  for await (const part of parts) {
    if (part.kind === 'field') {
      if (fields.has(part.name)) throw invalid(part.name, `the field "${part.name}" is given twice`);
      fields.set(part.name, part.value);
      continue;
    }
    if (part.name !== 'file')
      throw invalid(part.name, `the part "${part.name}" is a file: send the file in the part "file"`);
    if (file) throw invalid('file', 'there are two parts "file": upload one file at a time');
    const filename = parseFilename(part.filename);
    file = { ...(await keep(ctx.services, blobKey, part.body)), filename };
  }
  return { file, fields };
}

/** A body without a declared length shows only here that it is larger than the platform takes. */
async function keep({ blobs, settings }: Services, key: string, body: ReadableStream<Uint8Array>): Promise<StoredBlob> {
  const { maxBodyBytes } = settings;
  if (maxBodyBytes === null || maxBodyBytes >= LIMITS.fileBytes)
    return blobs.put(key, body, { maxBytes: LIMITS.fileBytes });
  return blobs.put(key, body, { maxBytes: maxBodyBytes }).catch((error: unknown) => {
    throw error instanceof LevigateError && error.code === 'payload_too_large' ? bodyTooLarge(maxBodyBytes) : error;
  });
}

function requireContent(file: ReceivedFile | null): ReceivedFile {
  if (!file)
    throw invalid('file', 'the part "file" is missing: send the file as a multipart part "file" with a filename');
  if (file.sizeBytes === 0) throw invalid('file', `the file "${file.filename}" is empty`);
  return file;
}

const invalid = (param: string, message: string) => new LevigateError('invalid_request', message, { param });
