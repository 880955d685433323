import { LevigateError, LIMITS } from '../../contract/index.ts';
import { findFileOfJob } from '../../store/queries/files.ts';
import type { BlobContent, Services, StoredBlob } from '../ports.ts';
import { exportBlobKey, requireGrant } from './grant.ts';
import type { ExportGrant } from './grant.ts';

/** A file of the project that the export was granted for. */
export async function downloadExportFile(
  services: Services,
  grant: ExportGrant,
  { token, fileId }: { readonly token: string; readonly fileId: string },
): Promise<BlobContent> {
  await requireGrant(services, grant, token);
  const file = await findFileOfJob(services.db, { id: fileId, projectId: grant.projectId });
  const content = file && (await services.blobs.get(file.blobKey));
  if (!content) throw new LevigateError('file_not_found', `there is no file ${fileId}`);
  return content;
}

/** Keeps the archive for a day: no row names it, and upkeep removes such blobs. */
export async function receiveExport(
  services: Services,
  grant: ExportGrant,
  { token, body }: { readonly token: string; readonly body: ReadableStream<Uint8Array> },
): Promise<StoredBlob> {
  await requireGrant(services, grant, token);
  return services.blobs.put(exportBlobKey(grant.exportId), body, { maxBytes: LIMITS.exportBytes });
}
