import { LevigateError, LIMITS } from '../../contract/index.ts';
import type { ArtifactName } from '../../contract/index.ts';
import { findJobArtifact, putJobArtifact } from '../../store/queries/job-artifacts.ts';
import type { Services, StoredBlob } from '../ports.ts';
import { leaseLost } from './lease.ts';
import type { Lease } from './lease.ts';

export const MAX_ARTIFACT_BYTES = {
  checkpoint: LIMITS.checkpointBytes,
  adapter: LIMITS.adapterBytes,
  report: LIMITS.adapterBytes,
  result: LIMITS.adapterBytes,
  epoch_1: LIMITS.adapterBytes,
  epoch_2: LIMITS.adapterBytes,
} as const satisfies Record<ArtifactName, number>;

/** Where an artifact's bytes are put: a key of its own for every upload. */
export const artifactKey = (jobId: string, name: ArtifactName, uploadId: string): string =>
  `jobs/${jobId}/${name}-${uploadId}`;

export interface KeepArtifact extends Lease {
  readonly name: ArtifactName;
  readonly blobKey: string;
  readonly stored: Pick<StoredBlob, 'sizeBytes' | 'sha256'>;
}

/**
 * Makes a blob that is there the job's artifact, if the token still holds the lease, and removes the former one. Else the blob goes:
 * a stale token leaves no trace. Rejects with `lease_lost`, and with `invalid_request` when there is not a byte of it.
 */
export async function keepArtifact(
  services: Services,
  { jobId, leaseToken, name, blobKey, stored: { sizeBytes, sha256 } }: KeepArtifact,
): Promise<void> {
  const { db, blobs } = services;
  const previous = await findJobArtifact(db, { jobId, name });
  let isKept = false;
  try {
    // A missing body is none on one platform and an empty one on the other.
    if (sizeBytes === 0)
      throw new LevigateError('invalid_request', `send the bytes of the ${name} as the request body`);
    const artifact = { jobId, name, blobKey, sizeBytes, sha256, createdMs: services.clock.nowMs() };
    isKept = await putJobArtifact(db, artifact, leaseToken);
  } finally {
    if (!isKept) await blobs.delete(blobKey);
  }
  if (!isKept) throw leaseLost({ jobId, leaseToken });
  if (previous && previous.blobKey !== blobKey) await blobs.delete(previous.blobKey);
}
