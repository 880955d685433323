import { LevigateError } from '../../contract/index.ts';
import { findFileOfJob } from '../../store/queries/files.ts';
import { findJobArtifact } from '../../store/queries/job-artifacts.ts';
import { findModelByAdapter } from '../../store/queries/models.ts';
import type { BlobContent, Services } from '../ports.ts';
import { filesOfJob } from '../jobs/files-of-job.ts';
import { DIRECT_URL_S } from './direct-urls.ts';
import { requireLease } from './lease.ts';
import type { Lease } from './lease.ts';

/** The bytes, or where to fetch them past the gateway. */
export type Download =
  | { readonly kind: 'bytes'; readonly content: BlobContent }
  | { readonly kind: 'elsewhere'; readonly url: string };

/** Smaller ones are here before another request would have begun. */
const DIRECT_FROM_BYTES = 8 * 1024 * 1024;

/** The last checkpoint of any attempt at the leased job. */
export async function downloadCheckpoint(services: Services, lease: Lease): Promise<Download> {
  await requireLease(services, lease);
  const checkpoint = await findJobArtifact(services.db, { jobId: lease.jobId, name: 'checkpoint' });
  const download = checkpoint && (await open(services, checkpoint));
  if (!download) throw new LevigateError('not_found', `${lease.jobId} has no checkpoint: start from the beginning`);
  return download;
}

/** A training, validation or shift file of the leased job, and no other. */
export async function downloadJobFile(services: Services, lease: Lease, fileId: string): Promise<Download> {
  const job = await requireLease(services, lease);
  const isOfJob = filesOfJob(job).some(({ id }) => id === fileId);
  const file = isOfJob ? await findFileOfJob(services.db, { id: fileId, projectId: job.projectId }) : undefined;
  const download = file && (await open(services, file));
  if (!download) throw new LevigateError('file_not_found', `${lease.jobId} has no file ${fileId}`);
  return download;
}

/** An adapter by its hash; workers serve every project, so the worker token is all it takes. */
export async function downloadAdapter(services: Services, sha256: string): Promise<Download> {
  const model = await findModelByAdapter(services.db, sha256);
  const download = model && (await open(services, { blobKey: model.adapterKey, sizeBytes: model.adapterBytes }));
  if (!download) throw new LevigateError('model_not_found', `no model has the adapter ${sha256}: it was deleted`);
  return download;
}

interface Stored {
  readonly blobKey: string;
  readonly sizeBytes: number;
}

async function open({ blobs }: Services, { blobKey, sizeBytes }: Stored): Promise<Download | null> {
  if (blobs.direct && sizeBytes >= DIRECT_FROM_BYTES)
    return { kind: 'elsewhere', url: await blobs.direct.getUrl(blobKey, { expiresS: DIRECT_URL_S }) };
  const content = await blobs.get(blobKey);
  return content && { kind: 'bytes', content };
}
