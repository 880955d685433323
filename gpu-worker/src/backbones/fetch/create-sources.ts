import type { BackboneSpec } from '../registry.ts';
import type { FileSource } from './file-source.ts';
import { createFolderSource } from './folder-source.ts';
import { createHubSource } from './hub-source.ts';
import { createPackageIndexSource } from './package-index-source.ts';

export interface SourceOptions {
  /** The user's own folder; `LEVIGATE_BACKBONE_DIR`. */
  readonly folder?: string | undefined;
  /** `HF_ENDPOINT`. */
  readonly hubEndpoint?: string | undefined;
  /** `HF_TOKEN`. */
  readonly hubToken?: string | undefined;
}

/** Where a backbone comes from, in the order they are asked. */
export function createSources(spec: BackboneSpec, options: SourceOptions): readonly FileSource[] {
  const { repository, revision } = spec;
  const packageIndex = spec.modality === 'text' ? spec.packageIndex : undefined;
  const { folder, hubEndpoint: endpoint, hubToken: token } = options;
  return [
    ...(folder === undefined || folder === '' ? [] : [createFolderSource(folder, spec.id)]),
    ...(spec.isPublished || endpoint !== undefined ? [createHubSource({ repository, revision, endpoint, token })] : []),
    ...(packageIndex === undefined ? [] : [createPackageIndexSource(packageIndex)]),
  ];
}
