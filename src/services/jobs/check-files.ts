import { LevigateError } from '../../contract/index.ts';
import type { CreateJobRequest, LeviOptions } from '../../contract/index.ts';
import { assertLabelsKnown, summariseTrainingFile } from '../../levi/records/summarise-training-file.ts';
import type { TrainingFileSummary } from '../../levi/records/summarise-training-file.ts';
import type { Context } from '../context.ts';
import { fileNotFound, requireFile } from '../files/require-file.ts';
import { filesOfJob } from './files-of-job.ts';
import type { JobFile } from './files-of-job.ts';

/**
 * Reads every file of a request once, as a stream, so that what is wrong with it is said before the job is accepted:
 * `file_not_found`, `invalid_file_purpose`, `invalid_training_file` (file, line, field).
 * @returns what the training file holds
 */
export async function checkFiles(ctx: Context, request: CreateJobRequest): Promise<TrainingFileSummary> {
  const levi = request.levi ?? {};
  const [first, ...heldOut] = filesOfJob({
    trainingFile: request.training_file,
    validationFile: request.validation_file,
    levi,
  });
  if (!first) throw new Error('internal: a job without a training file');
  const training = await summarise(ctx, first, 'training');
  checkClassWeight(levi, training);
  for (const file of heldOut) assertLabelsKnown(await summarise(ctx, file, 'held_out'), training, file.param);
  return training;
}

async function summarise(
  ctx: Context,
  { id, param }: JobFile,
  role: 'training' | 'held_out',
): Promise<TrainingFileSummary> {
  const { purpose, blobKey } = await requireFile(ctx, id, param);
  if (purpose !== 'fine-tune') {
    throw new LevigateError(
      'invalid_file_purpose',
      `${param}: the file ${id} has the purpose "${purpose}": upload it with purpose "fine-tune"`,
      { param },
    );
  }
  const content = await ctx.services.blobs.get(blobKey);
  // Its row was there a moment ago: another request deleted the file in between.
  if (!content) throw fileNotFound(id, param);
  return summariseTrainingFile(content.body, { file: param, role });
}

function checkClassWeight({ class_weight }: LeviOptions, { labels }: TrainingFileSummary): void {
  if (typeof class_weight !== 'object') return;
  const unknown = Object.keys(class_weight).find((label) => !Object.hasOwn(labels, label));
  if (unknown === undefined) return;
  throw new LevigateError(
    'unsupported_option',
    `levi.class_weight names the label "${unknown}", which the training file does not hold`,
    { param: `levi.class_weight.${unknown}` },
  );
}
