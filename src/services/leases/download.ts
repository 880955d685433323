import { LevigateError } from '../../contract/index.ts';
import { findFileOfJob } from '../../store/queries/files.ts';
import { findJobArtifact } from '../../store/queries/job-artifacts.ts';
import { findModelByAdapter } from '../../store/queries/models.ts';
import type { BlobContent, Services } from '../ports.ts';
import { filesOfJob } from '../jobs/files-of-job.ts';
import { requireLease } from './lease.ts';
import type { Lease } from './lease.ts';

/** The last checkpoint of any attempt at the leased job. */
export async function downloadCheckpoint(services: Services, lease: Lease): Promise<BlobContent> {
  await requireLease(services, lease);
  const checkpoint = await findJobArtifact(services.db, { jobId: lease.jobId, name: 'checkpoint' });
  const content = checkpoint && (await services.blobs.get(checkpoint.blobKey));
  if (!content) throw new LevigateError('not_found', `${lease.jobId} has no checkpoint: start from the beginning`);
  return content;
}

/** A training, validation or shift file of the leased job, and no other. */
export async function downloadJobFile(services: Services, lease: Lease, fileId: string): Promise<BlobContent> {
  const job = await requireLease(services, lease);
  const isOfJob = filesOfJob(job).some(({ id }) => id === fileId);
  const file = isOfJob ? await findFileOfJob(services.db, { id: fileId, projectId: job.projectId }) : undefined;
  const content = file && (await services.blobs.get(file.blobKey));
  if (!content) throw new LevigateError('file_not_found', `${lease.jobId} has no file ${fileId}`);
  return content;
}

/** An adapter by its hash; workers serve every project, so the worker token is all it takes. */
export async function downloadAdapter(services: Services, sha256: string): Promise<BlobContent> {
  const model = await findModelByAdapter(services.db, sha256);
  const content = model && (await services.blobs.get(model.adapterKey));
  if (!content) throw new LevigateError('model_not_found', `no model has the adapter ${sha256}: it was deleted`);
  return content;
}
