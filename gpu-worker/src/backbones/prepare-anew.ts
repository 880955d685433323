import { join } from 'node:path';
import { LevigateError } from '../../../src/contract/errors.ts';
import type { PrepareSpecOptions, ProbeBackbone } from './backbone-options.ts';
import { createSources } from './fetch/create-sources.ts';
import { fetchFiles } from './fetch/fetch-files.ts';
import { acquireFileLock } from './fetch/file-lock.ts';
import type { BackboneManifest } from './manifest.ts';
import { GRAPH_FILE, WEIGHTS_FILE } from './prepare/encoder-graph.ts';
import type { EncoderGraph } from './prepare/encoder-graph.ts';
import { prepareImageExport } from './prepare/prepare-image-export.ts';
import { prepareOnnxExport } from './prepare/prepare-onnx-export.ts';
import { prepareSafetensors } from './prepare/prepare-safetensors.ts';
import { writePrepared } from './prepare/write-prepared.ts';
import { fingerprintOf, preparedFolderOf } from './prepared-folder.ts';
import { readPrepared } from './prepared-backbone.ts';
import type { PreparedBackbone } from './prepared-backbone.ts';
import type { BackboneSpec } from './registry.ts';

/** Fetches and prepares a backbone that was not there, unless another process does so first. */
export async function prepareAnew(
  spec: BackboneSpec,
  settings: PrepareSpecOptions & { readonly cacheDir: string },
): Promise<PreparedBackbone> {
  const root = join(settings.cacheDir, spec.id);
  const target = preparedFolderOf(spec, settings.cacheDir);
  const { onProgress = () => undefined, onWait = () => undefined, signal = new AbortController().signal } = settings;
  await using _lock = await acquireFileLock(join(root, 'prepare.lock'), { signal, onWait });
  const readyByNow = await readPrepared(target);
  if (readyByNow !== null) return readyByNow;
  const sourceFolder = settings.sourceFolder ?? join(root, `source-${spec.revision.slice(0, 12)}`);
  if (settings.sourceFolder === undefined) {
    await fetchFiles(spec, sourceFolder, { sources: createSources(spec, settings), signal, onProgress });
  }
  const encoder = await buildEncoder(sourceFolder, spec);
  assertDeclared(spec, encoder);
  const tokenizerConfig = spec.modality === 'text' ? spec.tokenizerConfig : null;
  const files = { encoder, sourceFolder, tokenizerConfig };
  const manifest = describe(spec, fingerprintOf(spec), encoder);
  const check = (folder: string): Promise<void> => checkPrepared(folder, settings.probe);
  await writePrepared(target, { ...files, manifest }, { onProgress, check });
  return (await readPrepared(target)) ?? fail(spec.id, 'what was written could not be read back');
}

async function buildEncoder(sourceFolder: string, spec: BackboneSpec): Promise<EncoderGraph> {
  try {
    if (spec.modality === 'image') return await prepareImageExport(sourceFolder, spec);
    return await (spec.weights === 'onnx' ? prepareOnnxExport(sourceFolder, spec) : prepareSafetensors(sourceFolder));
  } catch (error) {
    if (error instanceof LevigateError) throw error;
    // Malformed JSON, ONNX or safetensors: the readers name the place.
    const reason = error instanceof Error ? error.message : String(error);
    throw new LevigateError('backbone_invalid', `Backbone '${spec.id}' cannot be prepared: ${reason}.`, {
      cause: error,
    });
  }
}

/** What the gateway told its users of a catalogued backbone must be what was found. */
function assertDeclared({ id, taps, ...spec }: BackboneSpec, encoder: EncoderGraph): void {
  if (taps === undefined) return;
  if (taps !== encoder.taps) {
    fail(id, `it has ${encoder.taps} taps, and the catalogue says ${taps}; write "taps": ${encoder.taps}`);
  }
  if (spec.modality === 'text' && encoder.modality === 'text' && spec.maxTokens > encoder.maxPositions) {
    const most = encoder.maxPositions;
    fail(id, `it reads ${most} tokens, and the catalogue says ${spec.maxTokens}; write "max_tokens": ${most}`);
  }
}

function describe(spec: BackboneSpec, fingerprint: string, encoder: EncoderGraph): BackboneManifest {
  const base = {
    format: 1,
    id: spec.id,
    fingerprint,
    revision: spec.revision,
    license: spec.license,
    taps: encoder.taps,
    width: encoder.width,
    dtype: encoder.dtype,
    files: {
      graph: GRAPH_FILE,
      weights: WEIGHTS_FILE,
      graphSizeBytes: encoder.model.length,
      weightsSizeBytes: encoder.weightsSizeBytes,
    },
    sources: spec.files.map(({ path, sha256 }) => ({ path, sha256 })),
  } as const;
  if (encoder.modality === 'image') return { ...base, modality: 'image', imageSize: encoder.imageSize };
  const wanted = spec.modality === 'text' ? spec.maxTokens : encoder.maxPositions;
  const maxTokens = Math.min(wanted, encoder.maxPositions);
  return { ...base, modality: 'text', maxTokens, idsDtype: encoder.idsDtype };
}

async function checkPrepared(folder: string, probe: ProbeBackbone | undefined): Promise<void> {
  const prepared = (await readPrepared(folder)) ?? fail(folder, 'its files were not written whole');
  if (probe === undefined) return;
  const { dims, data } = await probe(prepared);
  const expected = [2, prepared.taps, prepared.width];
  if (dims.join() !== expected.join()) {
    fail(prepared.id, `a trial run gave features of shape [${dims.join(', ')}] instead of [${expected.join(', ')}]`);
  }
  if (!data.every(Number.isFinite)) fail(prepared.id, 'a trial run gave numbers that are not finite');
}

function fail(id: string, reason: string): never {
  throw new LevigateError('backbone_invalid', `Backbone '${id}' cannot be prepared: ${reason}.`);
}
