import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { DEFAULT_MAX_TOKENS } from '../../../src/contract/catalogue.ts';
import type { CatalogueEntry } from '../../../src/contract/catalogue.ts';
import { LevigateError } from '../../../src/contract/errors.ts';
import { readBackboneEnvironment } from './backbone-options.ts';
import type { PrepareBackboneOptions } from './backbone-options.ts';
import { describeFolder } from './prepare-folder.ts';
import { prepareSpec } from './prepare-spec.ts';
import type { PreparedBackbone } from './prepared-backbone.ts';
import type { BackboneSpec, PinnedFile } from './registry.ts';

/**
 * Makes a backbone of the operator's catalogue ready to run. A hub's files are pinned by the catalogue, a folder's by the first
 * preparation: adapters are bound to them.
 *
 * @throws LevigateError `backbone_unavailable`, `backbone_invalid` as `prepareSpec`, and when a folder's files have changed.
 */
export async function prepareCatalogued(
  entry: CatalogueEntry,
  options: PrepareBackboneOptions,
): Promise<PreparedBackbone> {
  const { name: id, hub, folder = '' } = entry;
  if (hub !== undefined) return await prepareSpec(describeHub(entry, hub), options);
  const spec = await describeFolder(folder, {
    id,
    modality: entry.modality,
    taps: entry.taps,
    maxTokens: entry.max_tokens,
    pooling: entry.pooling,
    prefixTokens: entry.prefix_tokens,
    tapNames: entry.tap_names,
    license: entry.license,
  });
  const cacheDir = options.cacheDir ?? readBackboneEnvironment(process.env).cacheDir;
  const pins = join(cacheDir, id, 'pinned.json');
  await assertPinned(spec, pins);
  const prepared = await prepareSpec(spec, { ...options, sourceFolder: folder });
  await mkdir(join(cacheDir, id), { recursive: true });
  await writeFile(pins, `${JSON.stringify(hashesOf(spec.files), null, 2)}\n`);
  return prepared;
}

function describeHub(
  entry: CatalogueEntry,
  { repository, revision, files }: NonNullable<CatalogueEntry['hub']>,
): BackboneSpec {
  const base = {
    id: entry.name,
    repository,
    revision,
    isPublished: true,
    license: entry.license,
    files: files.map(({ path, bytes, sha256 }): PinnedFile => ({ path, sizeBytes: bytes, sha256 })),
    taps: entry.taps,
  };
  if (entry.modality === 'image') {
    return { ...base, modality: 'image', pooling: entry.pooling, prefixTokens: entry.prefix_tokens };
  }
  return {
    ...base,
    modality: 'text',
    weights: files.some(({ path }) => path.endsWith('.onnx')) ? 'onnx' : 'safetensors',
    maxTokens: entry.max_tokens ?? DEFAULT_MAX_TOKENS,
    tokenizerConfig: null,
    pooling: entry.pooling === 'cls_and_mean' ? undefined : entry.pooling,
    tapNames: entry.tap_names,
  };
}

const Pins = z.record(z.string(), z.string());

const hashesOf = (files: readonly PinnedFile[]): Readonly<Record<string, string>> =>
  Object.fromEntries(files.map(({ path, sha256 }) => [path, sha256]));

async function assertPinned({ id, repository, files }: BackboneSpec, pinFile: string): Promise<void> {
  const text = await readFile(pinFile, 'utf8').catch(() => null);
  if (text === null) return;
  const pinned = Pins.parse(JSON.parse(text));
  const found = hashesOf(files);
  const paths = new Set([...Object.keys(pinned), ...Object.keys(found)]);
  const changed = [...paths].filter((path) => pinned[path] !== found[path]);
  if (changed.length === 0) return;
  throw new LevigateError(
    'backbone_invalid',
    `The files of '${id}' in ${repository} are not those it was first prepared from (${changed.join(', ')} differ), and adapters trained on it would not fit. Bring them back, give the new ones a name of their own in the catalogue, or delete ${pinFile} and train again.`,
  );
}
