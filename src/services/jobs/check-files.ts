import { LevigateError, TOKENS_PER_IMAGE } from '../../contract/index.ts';
import type { BackboneInfo, CreateJobRequest, LeviOptions, LintFinding } from '../../contract/index.ts';
import { collectFields } from '../../levi/records/collect-fields.ts';
import type { FoundField } from '../../levi/records/collect-fields.ts';
import { assertGroups } from '../../levi/groups/count-groups.ts';
import { createLinter } from '../../levi/lint/create-linter.ts';
import { estimateTokens } from '../../levi/lint/measure-text.ts';
import { assertLabelsKnown, summariseTrainingFile } from '../../levi/records/summarise-training-file.ts';
import type { SummariseOptions, TrainingFileSummary } from '../../levi/records/summarise-training-file.ts';
import type { NumberedRecord } from '../../levi/records/training-record.ts';
import type { Context } from '../context.ts';
import { fileSource } from '../files/file-source.ts';
import { requireFile } from '../files/require-file.ts';
import { checkModality } from './check-modality.ts';
import { filesOfJob } from './files-of-job.ts';
import type { JobFile } from './files-of-job.ts';

/** What reading a request's files told. */
export interface CheckedFiles {
  readonly training: TrainingFileSummary;
  readonly lint: readonly LintFinding[];
  readonly fields: Readonly<Record<string, FoundField>>;
  /** The training file's first records. */
  readonly preview: readonly NumberedRecord[];
  /** Of the training file, estimated from characters. */
  readonly tokens: number;
  /** Of every file. */
  readonly allTokens: number;
  /** Rows of the training file per group of `levi.group_by`. */
  readonly groups: ReadonlyMap<string, number>;
}

const PREVIEW_ROWS = 5;

/**
 * Reads every file of a request once, bit by bit, so that what is wrong with it is said before the job is accepted:
 * `file_not_found`, `invalid_file_purpose`, `invalid_training_file` (file, line, field).
 */
export async function checkFiles(
  ctx: Context,
  request: CreateJobRequest,
  backbone: BackboneInfo,
): Promise<CheckedFiles> {
  const levi = request.levi ?? {};
  const [first, ...heldOut] = filesOfJob({
    trainingFile: request.training_file,
    validationFile: request.validation_file,
    levi,
  });
  if (!first) throw new Error('internal: a job without a training file');
  const maxTokens = Math.min(levi.max_length ?? Infinity, backbone.maxTokens ?? Infinity);
  const linter = createLinter({ maxTokens, columns: levi.columns });
  const fields = collectFields(levi.columns?.fields);
  const preview: NumberedRecord[] = [];
  const groups = new Map<string, number>();
  let tokens = 0;
  let allTokens = 0;
  const read = (file: JobFile, role: 'training' | 'held_out'): Promise<TrainingFileSummary> =>
    summarise(ctx, file, {
      role,
      reading: levi,
      onRecord: (numbered) => {
        checkModality(numbered, { modality: backbone.modality, model: request.model, file: file.param });
        linter.add(file.param, numbered);
        const own =
          backbone.modality === 'image' ? TOKENS_PER_IMAGE : Math.min(estimateTokens(numbered.record.text), maxTokens);
        allTokens += own;
        if (role === 'held_out') return;
        fields.add(numbered);
        const { group } = numbered.record;
        if (group !== undefined) groups.set(group, (groups.get(group) ?? 0) + 1);
        if (preview.length < PREVIEW_ROWS) preview.push(numbered);
        tokens += own;
      },
    });
  const training = await read(first, 'training');
  const found = fields.found();
  checkAgainstTasks(levi, training);
  if (levi.group_by !== undefined) assertGroups(groups, levi.group_by);
  for (const file of heldOut) assertLabelsKnown(await read(file, 'held_out'), training, file.param);
  return { training, lint: linter.findings(), fields: found, preview, tokens: Math.round(tokens), allTokens, groups };
}

async function summarise(
  ctx: Context,
  { id, param }: JobFile,
  options: Pick<SummariseOptions, 'role' | 'reading' | 'onRecord'>,
): Promise<TrainingFileSummary> {
  const file = await requireFile(ctx, id, param);
  const { purpose, filename } = file;
  if (purpose !== 'fine-tune') {
    throw new LevigateError(
      'invalid_file_purpose',
      `${param}: the file ${id} has the purpose "${purpose}": upload it with purpose "fine-tune"`,
      { param },
    );
  }
  return summariseTrainingFile(fileSource(ctx, file, param), { ...options, file: param, filename });
}

/** Options that only some tasks have. */
function checkAgainstTasks({ class_weight, loss }: LeviOptions, { targets }: TrainingFileSummary): void {
  const [first] = targets;
  if (first === undefined) return;
  const isSingle = targets.length === 1 && first.task === 'single_label';
  if (class_weight !== undefined && !isSingle)
    throw unsupported(
      'levi.class_weight',
      'is for the task single_label alone; weigh rows by a column ("levi.columns.weight")',
    );
  const hasNumbers = targets.some(({ values }) => values !== null);
  if (loss !== undefined && hasNumbers)
    throw unsupported('levi.loss', 'is for labels; numbers are learned by their squared error');
  if (typeof class_weight !== 'object') return;
  const unknown = Object.keys(class_weight).find((label) => !Object.hasOwn(first.labels, label));
  if (unknown === undefined) return;
  throw unsupported(
    `levi.class_weight.${unknown}`,
    `names the label "${unknown}", which the training file does not hold`,
    'levi.class_weight',
  );
}

const unsupported = (param: string, problem: string, name = param): LevigateError =>
  new LevigateError('unsupported_option', `${name} ${problem}`, { param });
