import { pipeline } from '@huggingface/transformers';
import { env } from 'onnxruntime-node';
import { z } from 'zod';
import { LevigateError } from '../../../src/contract/errors.ts';
import type { ExportAnswers, ExportTask } from './task.ts';
import { writeFolder } from './write-folder.ts';

const Labels = z.array(z.object({ label: z.string(), score: z.number() }));

/** Makes the folder, then opens it as its users will and has it answer the texts. */
export async function answerTask(task: ExportTask): Promise<ExportAnswers> {
  try {
    await writeFolder(task);
  } catch (error) {
    if (!(error instanceof LevigateError)) throw error;
    return { refused: { code: error.code, message: error.message } };
  }
  const classify = await pipeline('text-classification', task.folder, { local_files_only: true });
  const scores: Record<string, number>[] = [];
  // One by one, as most callers do.
  for (const text of task.texts) {
    const found = Labels.parse(await classify(text, { top_k: Number.MAX_SAFE_INTEGER }));
    scores.push(Object.fromEntries(found.map(({ label, score }) => [label, score])));
  }
  return { scores, measuredWith: `Transformers.js, onnxruntime ${env.versions.node ?? 'unknown'}` };
}
