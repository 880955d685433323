import type { Levigate } from '../../src/sdk/index.ts';
import { INTENT_WORDS, intentExample, toChatLine } from './intents.ts';
import { startLevigate } from './levigate-process.ts';
import type { LevigateProcess } from './levigate-process.ts';
import { writeTinyTextBackbone } from './write-tiny-text-backbone.ts';

export const SMALL_BACKBONE = 'tiny-text';
const ROWS = 400;
const DISTINCT_ROWS = 200;

/** A real gateway and worker over a backbone of a few kilobytes: what is slow in it is ours. */
export const startSmallLevigate = async (
  folder: string,
  env: Readonly<Record<string, string>> = {},
): Promise<LevigateProcess> =>
  startLevigate(folder, {
    LEVIGATE_CATALOGUE: await writeTinyTextBackbone(folder, SMALL_BACKBONE, INTENT_WORDS),
    LEVIGATE_BACKBONES: SMALL_BACKBONE,
    LEVIGATE_DEFAULT_BACKBONE: SMALL_BACKBONE,
    LEVIGATE_CACHE: folder,
    ...env,
  });

/** Uploads a few hundred chats of intents. @returns the file's id */
export async function uploadIntents({ files }: Levigate): Promise<string> {
  const lines = Array.from({ length: ROWS }, (_, at) => toChatLine(intentExample((at * 13) % DISTINCT_ROWS)));
  return (await files.create({ file: lines.join(''), filename: 'intents.jsonl', purpose: 'fine-tune' })).id;
}

/** @returns the job and its model */
export async function trainIntents(
  { jobs }: Levigate,
  { fileId, seed }: { readonly fileId: string; readonly seed: number },
): Promise<{ readonly jobId: string; readonly model: string }> {
  const hyperparameters = { n_epochs: 1 };
  const { id } = await jobs.create({ model: SMALL_BACKBONE, training_file: fileId, seed, hyperparameters });
  const { fine_tuned_model: model } = await jobs.wait(id, { pollIntervalMs: 100 });
  return { jobId: id, model: model ?? '' };
}
