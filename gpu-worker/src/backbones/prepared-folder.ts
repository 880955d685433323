import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { IMAGE_TAP_SPEC_VERSION, TAP_SPEC_VERSION } from '../../../src/engine/tap/spec-versions.ts';
import { readBackboneEnvironment } from './backbone-options.ts';
import { readPrepared } from './prepared-backbone.ts';
import type { PreparedBackbone } from './prepared-backbone.ts';
import { BACKBONES } from './registry.ts';
import type { BackboneSpec } from './registry.ts';

// Raised when the written graph changes without changing its features, so that caches are made anew.
const LAYOUT_VERSION = 1;

/** Where it is kept once it is ready; another description, another folder. */
export const preparedFolderOf = (spec: BackboneSpec, cacheDir: string): string =>
  join(cacheDir, spec.id, `prepared-${fingerprintOf(spec).slice(0, 16)}-v${LAYOUT_VERSION}`);

/**
 * One of the registry's that an earlier start prepared; null where there is none, or where it may come from a folder of the operator's. What it
 * takes to prepare one is not loaded for it.
 */
export async function findPrepared(
  id: string,
  env: Readonly<Record<string, string | undefined>>,
): Promise<PreparedBackbone | null> {
  const { cacheDir, folder } = readBackboneEnvironment(env);
  const spec = BACKBONES.find((candidate) => candidate.id === id);
  return spec === undefined || folder !== undefined ? null : await readPrepared(preparedFolderOf(spec, cacheDir));
}

export function fingerprintOf(spec: BackboneSpec): string {
  const files = spec.files.map(({ path, sha256 }) => `${path}:${sha256}`).toSorted();
  // Of texts with the default pooling it is as it always was: adapters are bound to it.
  const content =
    spec.modality === 'image'
      ? {
          imageTapSpec: IMAGE_TAP_SPEC_VERSION,
          pooling: spec.pooling ?? null,
          prefixTokens: spec.prefixTokens ?? null,
          files,
        }
      : {
          tapSpec: TAP_SPEC_VERSION,
          weights: spec.weights,
          tapNames: spec.tapNames ?? null,
          ...(spec.pooling === undefined ? {} : { pooling: spec.pooling }),
          files,
        };
  return createHash('sha256').update(JSON.stringify(content)).digest('hex');
}
