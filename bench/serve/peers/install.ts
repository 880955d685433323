import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findPython } from '../../pytorch/install.ts';

/** A Python with PyTorch, and a folder of further packages for it. */
export interface PeerPython {
  readonly python: string;
  /** For `PYTHONPATH`. */
  readonly packages: string;
}

/**
 * Installs what `NAME.txt` lists into `bench/peers/NAME`, once, beside the PyTorch of `bench train`, so that this is not fetched twice.
 *
 * @throws Error that says what pip could not do
 */
export async function installPeer(name: string): Promise<PeerPython> {
  const python = await findPython();
  const packages = join(import.meta.dirname, '../../peers', name);
  const requirements = join(import.meta.dirname, `${name}.txt`);
  const installed = join(packages, 'installed.txt');
  const wanted = `${python}\n${readFileSync(requirements, 'utf8')}`;
  if (existsSync(installed) && readFileSync(installed, 'utf8') === wanted) return { python, packages };
  console.error(`Installing ${name} into bench/peers/${name}, once.`);
  rmSync(packages, { recursive: true, force: true });
  mkdirSync(packages, { recursive: true });
  const pip = ['-m', 'pip', 'install', '--quiet', '--no-deps', '--target', packages, '--requirement', requirements];
  const child = spawn(python, pip, { stdio: ['ignore', 'inherit', 'inherit'] });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  if (code !== 0)
    throw new Error(`pip could not install ${name}: see its words above. PIP_INDEX_URL names another index`);
  writeFileSync(installed, wanted);
  return { python, packages };
}
