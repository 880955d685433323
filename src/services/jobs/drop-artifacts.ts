import { getLogger } from '@logtape/logtape';
import type { ArtifactName } from '../../contract/index.ts';
import { deleteJobArtifact, listJobArtifacts } from '../../store/queries/job-artifacts.ts';
import type { Services } from '../ports.ts';

const log = getLogger(['levigate', 'jobs']);

/** Removes blobs that nobody will read again. What fails stays behind and is logged: the job's end must not depend on it. */
export async function dropArtifacts(services: Services, jobId: string, names: readonly ArtifactName[]): Promise<void> {
  try {
    const artifacts = await listJobArtifacts(services.db, jobId);
    for (const artifact of artifacts.filter(({ name }) => names.includes(name))) {
      await deleteJobArtifact(services.db, artifact);
      await services.blobs.delete(artifact.blobKey);
    }
  } catch (error) {
    log.warn('artifacts of a finished job could not be removed', { jobId, names, error });
  }
}
