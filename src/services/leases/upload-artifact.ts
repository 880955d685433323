import { LIMITS } from '../../contract/index.ts';
import type { ArtifactName } from '../../contract/index.ts';
import { findJobArtifact, putJobArtifact } from '../../store/queries/job-artifacts.ts';
import type { Services, StoredBlob } from '../ports.ts';
import { leaseLost, requireLease } from './lease.ts';
import type { Lease } from './lease.ts';

const MAX_BYTES = {
  checkpoint: LIMITS.checkpointBytes,
  adapter: LIMITS.adapterBytes,
  report: LIMITS.adapterBytes,
  result: LIMITS.adapterBytes,
} as const satisfies Record<ArtifactName, number>;

export interface UploadArtifact extends Lease {
  readonly name: ArtifactName;
  readonly body: ReadableStream<Uint8Array>;
}

/**
 * Streams an artifact to a fresh key and then, if the token still holds the lease, makes it the job's. A stale token
 * leaves no trace. Rejects with `lease_lost` or `payload_too_large`.
 */
export async function uploadArtifact(
  services: Services,
  { jobId, leaseToken, name, body }: UploadArtifact,
): Promise<StoredBlob> {
  const { db, blobs } = services;
  await requireLease(services, { jobId, leaseToken });
  const previous = await findJobArtifact(db, { jobId, name });
  const blobKey = `jobs/${jobId}/${name}-${crypto.randomUUID()}`;
  const stored = await blobs.put(blobKey, body, { maxBytes: MAX_BYTES[name], ifAbsent: true });
  const { sizeBytes, sha256 } = stored;
  let isKept = false;
  try {
    const artifact = { jobId, name, blobKey, sizeBytes, sha256, createdMs: services.clock.nowMs() };
    isKept = await putJobArtifact(db, artifact, leaseToken);
  } finally {
    if (!isKept) await blobs.delete(blobKey);
  }
  if (!isKept) throw leaseLost({ jobId, leaseToken });
  if (previous) await blobs.delete(previous.blobKey);
  return stored;
}
