import { spawn } from 'node:child_process';
import { SourceError } from './source-error.ts';

const commands: readonly (readonly [string, ...string[]])[] = [
  ['python3', '-m', 'pip'],
  ['python', '-m', 'pip'],
  ['pip3'],
  ['pip'],
];
const downloadTimeoutMs = 15 * 60_000;
const keptOutput = 8_000;

interface PipOptions {
  readonly temporaryFolder: string;
  readonly signal: AbortSignal;
}

/** Runs the first pip that exists. @throws SourceError with pip's own reason when it fails or there is none. */
export async function runPip(args: readonly string[], options: PipOptions): Promise<void> {
  for (const [command, ...prefix] of commands) {
    const outcome = await runOnce(command, [...prefix, ...args], options);
    options.signal.throwIfAborted();
    if (outcome === 'absent') continue;
    if (outcome.code === 0) return;
    throw new SourceError(`pip: ${lastError(outcome.output)}`);
  }
  throw new SourceError('no Python with pip was found (python3, python, pip3, pip)');
}

type Outcome = 'absent' | { readonly code: number | null; readonly output: string };

function runOnce(command: string, args: readonly string[], options: PipOptions): Promise<Outcome> {
  const { temporaryFolder, signal } = options;
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, TMPDIR: temporaryFolder },
      signal: AbortSignal.any([signal, AbortSignal.timeout(downloadTimeoutMs)]),
    });
    let output = '';
    const keep = (chunk: Buffer): void => {
      output = (output + chunk.toString()).slice(-keptOutput);
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    child.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') resolve('absent');
      else reject(new SourceError(`${command}: ${error.message}`, { cause: error }));
    });
    child.on('close', (code) => {
      resolve(/No module named '?pip/.test(output) ? 'absent' : { code, output });
    });
  });
}

function lastError(output: string): string {
  const lines = output.split('\n').filter((line) => line.trim() !== '');
  const errors = lines.filter((line) => line.startsWith('ERROR:'));
  return (errors.at(-1) ?? lines.at(-1) ?? 'it failed without a message').trim();
}
