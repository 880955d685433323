import { createHash } from 'node:crypto';
import { LevigateError } from '../../contract/index.ts';
import type { ArtifactName, DirectUpload } from '../../contract/index.ts';
import type { BlobStore, Services, StoredBlob } from '../ports.ts';
import { DIRECT_URL_S } from './direct-urls.ts';
import { artifactKey, keepArtifact, MAX_ARTIFACT_BYTES } from './keep-artifact.ts';
import { requireLease } from './lease.ts';
import type { Lease } from './lease.ts';

export interface OfferDirectUpload extends Lease {
  readonly name: ArtifactName;
  readonly sizeBytes: number;
}

/** A URL that takes an artifact past the gateway; null where there is none to offer. Rejects with `lease_lost` or `payload_too_large`. */
export async function offerDirectUpload(
  services: Services,
  { jobId, leaseToken, name, sizeBytes }: OfferDirectUpload,
): Promise<DirectUpload | null> {
  await requireLease(services, { jobId, leaseToken });
  const maxBytes = MAX_ARTIFACT_BYTES[name];
  if (sizeBytes > maxBytes)
    throw new LevigateError('payload_too_large', `the ${name} has ${sizeBytes} bytes; at most ${maxBytes} are taken`);
  const uploadId = crypto.randomUUID();
  const key = artifactKey(jobId, name, uploadId);
  const url = await services.blobs.direct?.putUrl(key, { sizeBytes, expiresS: DIRECT_URL_S });
  return url === undefined ? null : { upload_id: uploadId, url };
}

export interface KeepDirectUpload extends Lease {
  readonly name: ArtifactName;
  readonly uploadId: string;
}

/**
 * Makes what a worker put directly the job's artifact. The bytes are read once, for their size and hash: a worker's word is not taken for them.
 * Rejects with `lease_lost`, `invalid_request` when nothing was put, or `payload_too_large`.
 */
export async function keepDirectUpload(
  services: Services,
  { jobId, leaseToken, name, uploadId }: KeepDirectUpload,
): Promise<Omit<StoredBlob, 'version'>> {
  const { blobs } = services;
  await requireLease(services, { jobId, leaseToken });
  const blobKey = artifactKey(jobId, name, uploadId);
  const stored = await measure(blobs, blobKey);
  if (!stored)
    throw new LevigateError(
      'invalid_request',
      `nothing was put for the upload ${uploadId}: PUT the bytes to its URL first`,
    );
  if (stored.sizeBytes > MAX_ARTIFACT_BYTES[name]) {
    await blobs.delete(blobKey);
    throw new LevigateError(
      'payload_too_large',
      `the ${name} has ${stored.sizeBytes} bytes, which is more than is taken`,
    );
  }
  await keepArtifact(services, { jobId, leaseToken, name, blobKey, stored });
  return stored;
}

async function measure(blobs: BlobStore, key: string): Promise<Omit<StoredBlob, 'version'> | null> {
  const content = await blobs.get(key);
  if (!content) return null;
  const hash = createHash('sha256');
  for await (const chunk of content.body) hash.update(chunk);
  return { sizeBytes: content.sizeBytes, sha256: hash.digest('hex') };
}
