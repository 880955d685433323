import { execFile } from 'node:child_process';
import { z } from 'zod';
import { broken, note, ok } from '../finding.ts';
import type { Finding } from '../finding.ts';
import type { MachineContext } from './context.ts';

const DEADLINE_MS = 60_000;

/** What gpu-worker's check prints. */
const WorkerCheck = z.object({
  runtime: z.discriminatedUnion('isOk', [
    z.object({ isOk: z.literal(true), device: z.string(), reasons: z.array(z.string()) }),
    z.object({ isOk: z.literal(false), reason: z.string() }),
  ]),
  backbones: z.array(z.object({ name: z.string(), state: z.enum(['prepared', 'at_first_use', 'unknown']) })),
});
type WorkerCheck = z.infer<typeof WorkerCheck>;

/** onnxruntime loads and runs on the device that would be taken, and the backbones are on disk. */
export async function checkWorker({ env, workerCheck }: MachineContext): Promise<readonly Finding[]> {
  const { stdout, reason } = await run(workerCheck, env);
  const line = stdout.trim().split('\n').at(-1) ?? '';
  const parsed = WorkerCheck.safeParse(parseLine(line));
  if (!parsed.success) return [broken('onnxruntime', `its trial run ended without an answer: ${reason}`, REINSTALL)];
  const { runtime, backbones } = parsed.data;
  return [describeRuntime(runtime), ...backbones.map(describeBackbone)];
}

const REINSTALL = '"npm ci", then "npm run build"; on Linux onnxruntime needs glibc 2.28 or newer (no musl)';

function describeRuntime(runtime: WorkerCheck['runtime']): Finding {
  if (!runtime.isOk) return broken('onnxruntime', runtime.reason, REINSTALL);
  const why = runtime.reasons.length === 0 ? '' : ` (${runtime.reasons.join('; ')})`;
  return ok('onnxruntime', `runs on ${runtime.device}${why}`);
}

function describeBackbone({ name, state }: WorkerCheck['backbones'][number]): Finding {
  const subject = `backbone ${name}`;
  if (state === 'prepared') return ok(subject, 'on disk and prepared');
  if (state === 'at_first_use') return note(subject, 'not on disk: fetched or prepared when the worker starts');
  return broken(
    subject,
    'neither built in nor in the catalogue',
    'mend its name in LEVIGATE_BACKBONES, or add it to LEVIGATE_CATALOGUE',
  );
}

function run(
  script: string,
  env: MachineContext['env'],
): Promise<{ readonly stdout: string; readonly reason: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [script], { env: { ...env }, timeout: DEADLINE_MS }, (error, stdout, stderr) => {
      const last = stderr.trim().split('\n').at(-1) ?? '';
      const signal = error?.signal ? `killed by ${error.signal}` : '';
      resolve({ stdout, reason: last || signal || 'nothing was printed' });
    });
  });
}

function parseLine(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}
