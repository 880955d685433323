import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { backboneManifest } from './manifest.ts';

/** A backbone on disk: token ids in, `[B, taps, width]` out. */
export interface PreparedBackbone {
  readonly id: string;
  /** Equal fingerprints mean equal features. */
  readonly fingerprint: string;
  /** ONNX graph: inputs `input_ids`, `attention_mask` `[B, S]` of `idsDtype`; output `features` `[B, taps, width]` float32. */
  readonly graphPath: string;
  /** Its weights; must stay beside the graph. Load the graph by path, so that they are mapped. */
  readonly dataPath: string;
  /** Folder for `AutoTokenizer.from_pretrained`. */
  readonly tokenizerDir: string;
  /** Embeddings and every block. */
  readonly taps: number;
  readonly width: number;
  readonly maxTokens: number;
  readonly idsDtype: 'int32' | 'int64';
  readonly dtype: 'fp32' | 'fp16' | 'q4';
}

/** Reads the manifest of a prepared folder; null when there is none, or files it names are missing or cut short. */
export async function readPrepared(folder: string): Promise<PreparedBackbone | null> {
  const text = await readFile(join(folder, 'manifest.json'), 'utf8').catch(() => null);
  if (text === null) return null;
  const parsed = backboneManifest.safeParse(parseJson(text));
  if (!parsed.success) return null;
  const { files, id, fingerprint, taps, width, maxTokens, idsDtype, dtype } = parsed.data;
  const graphPath = join(folder, files.graph);
  const dataPath = join(folder, files.weights);
  if ((await sizeOf(graphPath)) !== files.graphSizeBytes) return null;
  if ((await sizeOf(dataPath)) !== files.weightsSizeBytes) return null;
  return { id, fingerprint, graphPath, dataPath, tokenizerDir: folder, taps, width, maxTokens, idsDtype, dtype };
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
