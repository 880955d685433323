import { getLogger } from '@logtape/logtape';
import type { AdapterDifference, Verification } from '../../contract/index.ts';
import { compareAdapters } from '../../levi/adapter/compare-adapters.ts';
import { findJobArtifact } from '../../store/queries/job-artifacts.ts';
import type { JobArtifactRow } from '../../store/queries/job-artifacts.ts';
import type { Services } from '../ports.ts';

const log = getLogger(['levigate', 'leases']);

// Two of them at once must fit a Cloudflare worker's memory.
const MAX_COMPARED_BYTES = 32 * 1024 * 1024;

/** Compares the adapter of a verification with that of the job it verifies: hashes first, and what differs where they do. */
export async function judgeVerification(
  services: Services,
  { verifies, adapter }: { readonly verifies: string; readonly adapter: JobArtifactRow },
): Promise<Verification> {
  const expected = await findJobArtifact(services.db, { jobId: verifies, name: 'adapter' });
  // It was there when the verification was accepted, and artifacts of succeeded jobs are kept.
  if (!expected) throw new Error(`internal: ${verifies} has no adapter`);
  const hashes = { expected_sha256: expected.sha256, found_sha256: adapter.sha256 };
  if (expected.sha256 === adapter.sha256) {
    const message = `The adapter of ${verifies} was made again, byte for byte (sha256 ${adapter.sha256})`;
    return { matches: true, ...hashes, differences: [], message };
  }
  const compared = await compareBlobs(services, expected, adapter);
  const message = `The adapter differs from that of ${verifies}: ${typeof compared === 'string' ? compared : describe(compared)}`;
  return { matches: false, ...hashes, differences: typeof compared === 'string' ? [] : compared, message };
}

/** @returns the differences, or why they cannot be told */
async function compareBlobs(
  { blobs }: Services,
  expected: JobArtifactRow,
  found: JobArtifactRow,
): Promise<AdapterDifference[] | string> {
  if (Math.max(expected.sizeBytes, found.sizeBytes) > MAX_COMPARED_BYTES)
    return 'the hashes are not the same, and the files are too large to be compared here';
  const first = await blobs.get(expected.blobKey);
  if (!first) return 'the hashes are not the same; where it differs cannot be told, as the model was deleted';
  // One after the other: an opened body that nobody reads keeps its file open.
  const expectedBytes = await bytesOf(first.body);
  const second = await blobs.get(found.blobKey);
  if (!second) throw new Error(`internal: the adapter of ${found.jobId} is gone`);
  const foundBytes = await bytesOf(second.body);
  try {
    return compareAdapters(expectedBytes, foundBytes);
  } catch (error) {
    log.warn('two adapters could not be compared', { expected: expected.jobId, found: found.jobId, error });
    return 'the hashes are not the same, and one of the files cannot be read as an adapter';
  }
}

const bytesOf = async (body: ReadableStream<Uint8Array>): Promise<Uint8Array> =>
  new Uint8Array(await new Response(body).arrayBuffer());

const MAX_NAMED = 5;

function describe(differences: readonly AdapterDifference[]): string {
  if (differences.length === 0) return 'every key and number is the same, only how they are written is not';
  const manifest = differences.filter(({ part }) => part === 'manifest');
  const tensors = differences.length - manifest.length;
  const named = manifest
    .slice(0, MAX_NAMED)
    .map(({ name, expected, found }) => `${name} is ${found ?? 'absent'} instead of ${expected ?? 'absent'}`);
  const further = manifest.length > MAX_NAMED ? [`${manifest.length - MAX_NAMED} further keys of the manifest`] : [];
  if (manifest.length === 0 && tensors > 0) {
    return `${count(tensors)}, although every key of the manifest is the same; a processor of another kind may round otherwise`;
  }
  const numbers = tensors === 0 ? 'every number is the same' : count(tensors);
  return [...named, ...further, numbers].join('; ');
}

const count = (tensors: number): string =>
  tensors === 1 ? 'the numbers of 1 tensor' : `the numbers of ${tensors} tensors`;
