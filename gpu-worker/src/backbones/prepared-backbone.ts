import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { backboneManifest } from './manifest.ts';

interface PreparedBase {
  readonly id: string;
  /** Equal fingerprints mean equal features. */
  readonly fingerprint: string;
  /** ONNX graph; output `features` `[B, taps, width]` float32. */
  readonly graphPath: string;
  /** Its weights; must stay beside the graph. Load the graph by path, so that they are mapped. */
  readonly dataPath: string;
  /** Folder for `AutoTokenizer.from_pretrained` or `AutoImageProcessor.from_pretrained`. */
  readonly folder: string;
  /** What enters the first layer, and what leaves each. */
  readonly taps: number;
  readonly width: number;
  readonly dtype: 'fp32' | 'fp16' | 'q4';
}

/** Inputs `input_ids`, `attention_mask` `[B, S]` of `idsDtype`. */
export interface PreparedTextBackbone extends PreparedBase {
  readonly modality: 'text';
  readonly maxTokens: number;
  readonly idsDtype: 'int32' | 'int64';
}

/** Input `pixel_values` `[B, 3, height, width]` float32. */
export interface PreparedImageBackbone extends PreparedBase {
  readonly modality: 'image';
  readonly imageSize: { readonly height: number; readonly width: number };
}

/** A backbone on disk: token ids or pixels in, `[B, taps, width]` out. */
export type PreparedBackbone = PreparedTextBackbone | PreparedImageBackbone;

/** Reads the manifest of a prepared folder; null when there is none, or files it names are missing or cut short. */
export async function readPrepared(folder: string): Promise<PreparedBackbone | null> {
  const text = await readFile(join(folder, 'manifest.json'), 'utf8').catch(() => null);
  if (text === null) return null;
  const parsed = backboneManifest.safeParse(parseJson(text));
  if (!parsed.success) return null;
  const { files, id, fingerprint, taps, width, dtype } = parsed.data;
  const graphPath = join(folder, files.graph);
  const dataPath = join(folder, files.weights);
  if ((await sizeOf(graphPath)) !== files.graphSizeBytes) return null;
  if ((await sizeOf(dataPath)) !== files.weightsSizeBytes) return null;
  const prepared = { id, fingerprint, graphPath, dataPath, folder, taps, width, dtype };
  if (parsed.data.modality === 'image') return { ...prepared, modality: 'image', imageSize: parsed.data.imageSize };
  const { maxTokens, idsDtype } = parsed.data;
  return { ...prepared, modality: 'text', maxTokens, idsDtype };
}

async function sizeOf(path: string): Promise<number | null> {
  return await stat(path).then(
    ({ size }) => size,
    () => null,
  );
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
