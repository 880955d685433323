import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import { float32Data, readSafetensors, writeSafetensors } from '../../src/engine/index.ts';
import type { Tensor } from '../../src/engine/index.ts';
import type { TrainingStep } from '../train/training-step.ts';
import { findPython } from './install.ts';

export interface PeerTraining {
  readonly name: string;
  readonly model: 'transformer' | 'levi' | 'fine_tuning';
  readonly tensors: Readonly<Record<string, Tensor>>;
  readonly options: Readonly<Record<string, number>>;
  readonly compiled?: boolean;
}

/** PyTorch in a process of its own, asked one thing at a time; idle in between. */
export interface Peer extends AsyncDisposable {
  readonly version: string;
  open(training: PeerTraining): Promise<TrainingStep>;
}

const Failure = z.object({ error: z.string() });
const Version = z.object({ version: z.string() });
const Check = z.object({ loss: z.number() });
const Times = z.object({ milliseconds: z.array(z.number()) });

/** @throws Error when there is no Python or its PyTorch does not start. */
export async function openPeer(threads: number): Promise<Peer> {
  const python = await findPython();
  const folder = await mkdtemp(join(tmpdir(), 'levigate-bench-'));
  const child = spawn(python, ['-W', 'ignore', join(import.meta.dirname, 'peer.py'), String(threads)], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, TORCH_LOGS: '-all', PYTHONDONTWRITEBYTECODE: '1' },
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const ask = async <Answer>(request: object, answer: z.ZodType<Answer>): Promise<Answer> => {
    child.stdin.write(`${JSON.stringify(request)}\n`);
    const { value } = await lines.next();
    if (value === undefined) throw new Error(`${python} ended in the middle of the benchmark`);
    const said: unknown = JSON.parse(value);
    const failure = Failure.safeParse(said);
    if (failure.success) throw new Error(`PyTorch: ${failure.data.error}`);
    return answer.parse(said);
  };
  const close = async (): Promise<void> => {
    child.stdin.end();
    if (child.exitCode === null) await once(child, 'exit');
    await rm(folder, { recursive: true, force: true });
  };
  const { version } = await ask({ action: 'version' }, Version);
  return {
    version,
    open: async ({ tensors, ...training }) => {
      const { name } = training;
      const path = join(folder, 'tensors.safetensors');
      await writeFile(path, writeSafetensors(tensors));
      await ask({ action: 'open', compiled: false, ...training, tensors: path }, z.object({}));
      return {
        check: async () => {
          const gradients = join(folder, 'gradients.safetensors');
          const { loss } = await ask({ action: 'check', name, gradients }, Check);
          const entries = Object.entries(readSafetensors(await readFile(gradients)).tensors);
          return { loss, gradients: Object.fromEntries(entries.map(([name, value]) => [name, float32Data(value)])) };
        },
        time: async (steps) => (await ask({ action: 'time', name, steps }, Times)).milliseconds,
        [Symbol.asyncDispose]: async () => {},
      };
    },
    [Symbol.asyncDispose]: close,
  };
}
