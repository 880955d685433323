import { join } from 'node:path';
import { readBackboneEnvironment } from './backbone-options.ts';
import type { PrepareBackboneOptions } from './backbone-options.ts';
import { fileExists } from './file-exists.ts';
import { prepareCatalogued } from './prepare-catalogued.ts';
import { prepareFolder } from './prepare-folder.ts';
import { prepareSpec } from './prepare-spec.ts';
import type { PreparedBackbone } from './prepared-backbone.ts';
import { findBackbone } from './registry.ts';

/**
 * Makes a backbone of the operator's catalogue or of the registry ready to run, from the first source that has it. Where the
 * operator's own folder (`LEVIGATE_BACKBONE_DIR`) holds one of the registry's text backbones as an ONNX export, that export is
 * taken as it is: it cannot be pinned, so its own hashes make another fingerprint.
 *
 * @throws LevigateError `unknown_backbone`; `backbone_unavailable` when no source answers; `backbone_invalid` when
 * the files are not what their configuration or the catalogue says.
 */
export async function prepareBackbone(id: string, options: PrepareBackboneOptions = {}): Promise<PreparedBackbone> {
  const { catalogue = [] } = options;
  const own = catalogue.find(({ name }) => name === id);
  if (own !== undefined) return await prepareCatalogued(own, options);
  const spec = findBackbone(
    id,
    catalogue.map(({ name }) => name),
  );
  if (spec.modality === 'image') return await prepareSpec(spec, options);
  const exported = await findOnnxExport(options.folder ?? readBackboneEnvironment(process.env).folder, id);
  if (exported === null) return await prepareSpec(spec, options);
  return await prepareFolder(exported, { ...options, id, maxTokens: spec.maxTokens });
}

/** The pinned safetensors come first where a folder holds both. */
async function findOnnxExport(folder: string | undefined, id: string): Promise<string | null> {
  if (folder === undefined) return null;
  for (const candidate of [join(folder, id), folder]) {
    if (await fileExists(join(candidate, 'model.safetensors'))) return null;
    if (!(await fileExists(join(candidate, 'onnx', 'model.onnx')))) continue;
    // An image encoder's folder has none.
    if (await fileExists(join(candidate, 'tokenizer.json'))) return candidate;
  }
  return null;
}
