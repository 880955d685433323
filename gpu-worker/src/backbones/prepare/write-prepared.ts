import { copyFile, mkdir, open, rename, rm, writeFile } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import type { BackboneManifest } from '../manifest.ts';
import type { OnBackboneProgress } from '../progress.ts';
import { GRAPH_FILE, WEIGHTS_FILE } from './encoder-graph.ts';
import type { EncoderGraph } from './encoder-graph.ts';

export interface PreparedFiles {
  readonly encoder: EncoderGraph;
  readonly manifest: BackboneManifest;
  /** Written as tokenizer_config.json; null takes the one that is there. */
  readonly tokenizerConfig: Readonly<Record<string, unknown>> | null;
  /** Folder with config.json, and tokenizer.json or preprocessor_config.json. */
  readonly sourceFolder: string;
}

interface WriteOptions {
  readonly onProgress: OnBackboneProgress;
  /** Runs on the unfinished folder; what it throws keeps the folder from appearing. */
  readonly check: (folder: string) => Promise<void>;
}

/** Writes a prepared backbone beside its final place and moves it there whole. */
export async function writePrepared(target: string, files: PreparedFiles, options: WriteOptions): Promise<void> {
  const folder = `${target}.unfinished`;
  // The caller holds the lock, so what lies there was left by a process that died.
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  try {
    await writeFile(join(folder, GRAPH_FILE), files.encoder.model);
    await writeWeights(join(folder, WEIGHTS_FILE), files.encoder, options.onProgress);
    await copyConfiguration(folder, files);
    await writeFile(join(folder, 'manifest.json'), `${JSON.stringify(files.manifest, null, 2)}\n`);
    await options.check(folder);
    await rm(target, { recursive: true, force: true });
    await rename(folder, target);
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

async function writeWeights(path: string, encoder: EncoderGraph, onProgress: OnBackboneProgress): Promise<void> {
  await using handle: FileHandle = await open(path, 'w');
  const totalBytes = encoder.weightsSizeBytes;
  for (const { offset, bytes } of encoder.chunks) {
    await handle.write(bytes, 0, bytes.length, offset);
    onProgress({ file: WEIGHTS_FILE, receivedBytes: offset + bytes.length, totalBytes });
  }
  await handle.sync();
}

const COMPANIONS = {
  text: ['config.json', 'tokenizer.json'],
  image: ['config.json', 'preprocessor_config.json'],
} as const;

async function copyConfiguration(
  folder: string,
  { encoder, sourceFolder, tokenizerConfig }: PreparedFiles,
): Promise<void> {
  for (const name of COMPANIONS[encoder.modality]) await copyFile(join(sourceFolder, name), join(folder, name));
  if (encoder.modality === 'image') return;
  const target = join(folder, 'tokenizer_config.json');
  if (tokenizerConfig === null) await copyFile(join(sourceFolder, 'tokenizer_config.json'), target);
  else await writeFile(target, `${JSON.stringify(tokenizerConfig, null, 2)}\n`);
}
