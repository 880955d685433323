import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const FOLDER = join(import.meta.dirname, '../peers/pytorch');
const REQUIREMENTS = join(import.meta.dirname, 'requirements.txt');
const INSTALLED = join(FOLDER, 'installed.txt');
const OWN_PYTHON = join(FOLDER, 'bin/python3');

/**
 * A Python that has the PyTorch of requirements.txt: `LEVIGATE_BENCH_PYTHON` as it is, else one of the bench's own in `bench/peers/pytorch`,
 * made once (about 5 GB).
 *
 * @throws Error that says what is missing.
 */
export async function findPython(): Promise<string> {
  const given = process.env['LEVIGATE_BENCH_PYTHON'];
  if (given !== undefined && given !== '') return assertTorch(given);
  const wanted = readFileSync(REQUIREMENTS, 'utf8');
  if (existsSync(INSTALLED) && readFileSync(INSTALLED, 'utf8') === wanted) return assertTorch(OWN_PYTHON);
  if (spawnSync('python3', ['--version']).status !== 0) {
    throw new Error(
      'There is no python3 to compare with PyTorch. Install Python 3.10 or newer, or set LEVIGATE_BENCH_PYTHON to one that has torch.',
    );
  }
  console.error('Installing PyTorch into bench/peers/pytorch, once: 2 GB to fetch, 5 GB on the disk.');
  rmSync(FOLDER, { recursive: true, force: true });
  mkdirSync(FOLDER, { recursive: true });
  await run('python3', ['-m', 'venv', FOLDER], 'python3 has no venv: install python3-venv');
  await run(
    OWN_PYTHON,
    ['-m', 'pip', 'install', '--quiet', '--no-deps', '--requirement', REQUIREMENTS],
    'pip could not install it: see its words above. Where only another index can be reached, set PIP_INDEX_URL',
  );
  const python = assertTorch(OWN_PYTHON);
  writeFileSync(INSTALLED, wanted);
  return python;
}

function assertTorch(python: string): string {
  const { status, stderr, error } = spawnSync(python, ['-W', 'ignore', '-c', 'import torch'], { encoding: 'utf8' });
  if (status === 0) return python;
  throw new Error(`${python} cannot import torch: ${error?.message ?? stderr.trim().split('\n').at(-1)}`);
}

async function run(command: string, args: readonly string[], remedy: string): Promise<void> {
  const child = spawn(command, args, { stdio: ['ignore', 'inherit', 'inherit'] });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  if (code !== 0) throw new Error(`PyTorch was not installed. ${remedy}; or set LEVIGATE_BENCH_PYTHON.`);
}
