import { fork } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { isErrorCode, LevigateError } from '../../../src/contract/errors.ts';
import { ExportAnswers } from './task.ts';
import type { ExportTask } from './task.ts';

// The bundle has the script beside it; from source it is the TypeScript file in this folder.
const script = (): URL =>
  import.meta.url.endsWith('.ts') ? new URL('./main.ts', import.meta.url) : new URL('./export.mjs', import.meta.url);

/** @returns the folder's scores of the task's texts. Rejects with the process's own refusal, or `worker_failed`. */
export async function runExportProcess(
  task: ExportTask,
  taskFile: string,
  signal: AbortSignal | undefined,
): Promise<Extract<ExportAnswers, { scores: unknown }>> {
  await writeFile(taskFile, JSON.stringify(task));
  const child = fork(fileURLToPath(script()), [taskFile], {
    execArgv: [],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const stop = (): void => void child.kill('SIGKILL');
  signal?.addEventListener('abort', stop);
  try {
    const [code, killed] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
    signal?.throwIfAborted();
    if (code !== 0)
      throw new LevigateError('worker_failed', `The export ended (${killed ?? `code ${code}`}). Try again.`);
  } finally {
    signal?.removeEventListener('abort', stop);
  }
  const answers = ExportAnswers.parse(JSON.parse(await readFile(task.answersFile, 'utf8')));
  if (!('refused' in answers)) return answers;
  const { code, message } = answers.refused;
  throw new LevigateError(isErrorCode(code) ? code : 'worker_failed', message, { param: message.split(':')[0] });
}
