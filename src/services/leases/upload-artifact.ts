import type { ArtifactName } from '../../contract/index.ts';
import type { Services, StoredBlob } from '../ports.ts';
import { artifactKey, keepArtifact, MAX_ARTIFACT_BYTES } from './keep-artifact.ts';
import { requireLease } from './lease.ts';
import type { Lease } from './lease.ts';

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
  await requireLease(services, { jobId, leaseToken });
  const blobKey = artifactKey(jobId, name, crypto.randomUUID());
  const stored = await services.blobs.put(blobKey, body, { maxBytes: MAX_ARTIFACT_BYTES[name], ifAbsent: true });
  await keepArtifact(services, { jobId, leaseToken, name, blobKey, stored });
  return stored;
}
