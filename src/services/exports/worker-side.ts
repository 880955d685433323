import { LevigateError, LIMITS } from '../../contract/index.ts';
import type { ExportUpload } from '../../contract/index.ts';
import { findFileOfJob } from '../../store/queries/files.ts';
import type { BlobContent, Services, StoredBlob } from '../ports.ts';
import { exportBlobKey, requireGrant } from './grant.ts';
import type { ExportGrant } from './grant.ts';

/** Of a URL that takes an archive: until its transfer begins. */
const EXPIRES_S = 600;

interface Presented {
  readonly token: string;
}

/** A file of the project that the export was granted for. */
export async function downloadExportFile(
  services: Services,
  grant: ExportGrant,
  { token, fileId }: Presented & { readonly fileId: string },
): Promise<BlobContent> {
  await requireGrant(services, grant, token);
  const file = await findFileOfJob(services.db, { id: fileId, projectId: grant.projectId });
  const content = file && (await services.blobs.get(file.blobKey));
  if (!content) throw new LevigateError('file_not_found', `there is no file ${fileId}`);
  return content;
}

/** Which way an archive of so many bytes is to take: past the gateway where there is one, in parts where requests are bounded. */
export async function planExportUpload(
  services: Services,
  grant: ExportGrant,
  { token, sizeBytes }: Presented & { readonly sizeBytes: number },
): Promise<ExportUpload> {
  await requireGrant(services, grant, token);
  if (sizeBytes > LIMITS.exportBytes) throw tooLarge(sizeBytes);
  const { blobs, settings } = services;
  // Visible once it is whole; nothing names it, so nobody need know its hash.
  const url = await blobs.direct?.putUrl(exportBlobKey(grant.exportId), { sizeBytes, expiresS: EXPIRES_S });
  if (url !== undefined) return { way: 'direct', url };
  if (settings.maxBodyBytes === null) return { way: 'whole' };
  const partBytes = Math.min(settings.maxBodyBytes, LIMITS.uploadPartBytes);
  return { way: 'parts', upload_id: crypto.randomUUID(), part_bytes: partBytes };
}

/** Keeps the archive for a day: no row names it, and upkeep removes such blobs. */
export async function receiveExport(
  services: Services,
  grant: ExportGrant,
  { token, body }: Presented & { readonly body: ReadableStream<Uint8Array> },
): Promise<StoredBlob> {
  await requireGrant(services, grant, token);
  return services.blobs.put(exportBlobKey(grant.exportId), body, { maxBytes: LIMITS.exportBytes });
}

interface Part extends Presented {
  readonly uploadId: string;
  readonly part: number;
  readonly body: ReadableStream<Uint8Array>;
}

export async function receiveExportPart(
  services: Services,
  grant: ExportGrant,
  { token, uploadId, part, body }: Part,
): Promise<StoredBlob> {
  await requireGrant(services, grant, token);
  return services.blobs.parts.put({ uploadId, partId: String(part) }, body, { maxBytes: LIMITS.uploadPartBytes });
}

/** Makes one archive of the parts, numbered from 0. @param versions of each, as its upload told it */
export async function joinExportParts(
  services: Services,
  grant: ExportGrant,
  { token, uploadId, versions }: Presented & { readonly uploadId: string; readonly versions: readonly string[] },
): Promise<StoredBlob> {
  await requireGrant(services, grant, token);
  const { parts } = services.blobs;
  const stored = await parts.complete(exportBlobKey(grant.exportId), {
    uploadId,
    parts: versions.map((version, part) => ({ partId: String(part), version })),
    maxBytes: LIMITS.exportBytes,
  });
  await parts.discard(uploadId);
  return stored;
}

const tooLarge = (sizeBytes: number): LevigateError =>
  new LevigateError(
    'payload_too_large',
    `the export has ${sizeBytes} bytes; at most ${LIMITS.exportBytes} are kept. Export "adapter" instead.`,
  );
