import { spawnSync } from 'node:child_process';
import { copyFile, mkdir, readdir, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { prepareBackbone } from '../../../gpu-worker/src/backbones/prepare-backbone.ts';
import { DEFAULT_BACKBONE } from '../../../src/contract/index.ts';
import { peerEnvironment } from './peer-environment.ts';
import type { PeerPython } from './install.ts';

/**
 * The worker's own backbone files as a folder that sentence-transformers reads: the same weights, tokenizer and longest text.
 *
 * @returns the folder
 * @throws Error where the weights are not on this machine as safetensors
 */
export async function writePeerModel(python: PeerPython, folder: string): Promise<string> {
  const backbone = await prepareBackbone(DEFAULT_BACKBONE);
  if (backbone.modality !== 'text') throw new Error(`${backbone.id} reads no texts`);
  const raw = join(folder, 'raw');
  await mkdir(raw, { recursive: true });
  for (const name of ['config.json', 'tokenizer.json', 'tokenizer_config.json']) {
    await copyFile(join(backbone.folder, name), join(raw, name));
  }
  await symlink(await findWeights(dirname(backbone.folder)), join(raw, 'model.safetensors'));
  const model = join(folder, 'model');
  const script = join(import.meta.dirname, 'prepare_model.py');
  const { status, stderr } = spawnSync(python.python, [script, raw, model, String(backbone.maxTokens)], {
    encoding: 'utf8',
    env: peerEnvironment(python),
  });
  if (status !== 0)
    throw new Error(`sentence-transformers cannot read the backbone: ${stderr.trim().split('\n').at(-1)}`);
  return model;
}

async function findWeights(root: string): Promise<string> {
  for (const name of await readdir(root)) {
    if (name.startsWith('source-') && (await readdir(join(root, name))).includes('model.safetensors'))
      return join(root, name, 'model.safetensors');
  }
  throw new Error(
    `there is no model.safetensors under ${root}, which other servers need: remove the folder and unset LEVIGATE_BACKBONE_DIR, so that it is fetched`,
  );
}
