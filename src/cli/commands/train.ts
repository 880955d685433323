import type { Command } from 'commander';
import type { Columns, Corruption, CreateJobParams, FileObject, Job, Levigate, Method } from '../../sdk/index.ts';
import { connect } from '../connect.ts';
import { formatDryRun } from '../dry-run-text.ts';
import { showJobProgress } from '../job-progress.ts';
import { parseWholeNumber } from '../parse-arguments.ts';
import { formatReport } from '../report-table.ts';
import { uploadFile } from '../upload-file.ts';
import { terminalColumns } from '../wrap-text.ts';

interface TrainOptions {
  readonly model: string;
  readonly validation?: string;
  readonly shift?: string[];
  /** Whatever was given: the gateway names those there are when it is none of them. */
  readonly method?: Method;
  readonly suffix?: string;
  readonly seed?: number;
  readonly text?: string[];
  readonly label?: string;
  readonly fields?: string[] | true;
  readonly fullReport?: boolean;
  readonly groupBy?: string;
  /** Here, too. */
  readonly corruptions?: Corruption[] | true;
  readonly search?: number;
  readonly dryRun?: boolean;
  readonly detach?: boolean;
}

export function addTrainCommand(program: Command): void {
  program
    .command('train')
    .description(
      'fine-tune an adapter on labelled texts (JSONL, CSV, Parquet) or images (a zip or tar with a folder per label) and show the report',
    )
    .argument('<file>', 'training file')
    .option('--model <backbone>', 'the backbone', 'all-minilm-l6-v2')
    .option('--validation <file>', 'choose and stop on this file instead of a part of the training file')
    .option('--shift <file...>', 'labelled files from other sources, reported on only')
    .option('--method <method>', 'serve this method instead of the best on validation loss')
    .option('--suffix <name>', "part of the model's name")
    .option('--seed <number>', 'repeat a run exactly', parseWholeNumber)
    .option('--text <column...>', 'where the text stands; several columns become one text')
    .option('--label <column>', 'where the label stands')
    .option('--fields [column...]', 'learn from these columns too, without a name from all others')
    .option('--full-report', 'five seeds and all baselines, for intervals to be believed; takes several times as long')
    .option('--group-by <column>', 'report on each domain, source or month as left out of training')
    .option('--corruptions [name...]', 'report on held-out rows with typos and the like; all kinds without a name')
    .option('--search <trials>', "search LEVI's hyperparameters with so many trials", parseWholeNumber)
    .option('--dry-run', 'say what is in the files and how long it would take, and train nothing')
    .option('--detach', 'print the job id and leave')
    .action(async (file: string, options: TrainOptions, command: Command) => {
      const client = connect(command);
      const request = await buildRequest(client, file, options);
      if (options.dryRun) return console.log(`\n${formatDryRun(await client.jobs.dryRun(request))}\n`);
      const job = await client.jobs.create(request);
      console.log(`job ${job.id}`);
      if (!options.detach) await follow(client, job.id);
    });
}

/** Shows a job to its end, then its report. */
export async function follow(client: Levigate, jobId: string): Promise<void> {
  await waitForJob(client, jobId);
  console.log(`\n${formatReport(await client.jobs.report(jobId), terminalColumns())}\n`);
}

/** Shows a job's progress to its end. @throws JobFailedError */
export async function waitForJob(client: Levigate, jobId: string): Promise<Job> {
  const view = showJobProgress();
  try {
    const job = await client.jobs.wait(jobId, { onProgress: (current) => view.update(current), pollIntervalMs: 250 });
    view.done(job.verification ? 'succeeded: compared' : `succeeded: ${job.fine_tuned_model}`);
    return job;
  } catch (error) {
    view.failed();
    throw error;
  }
}

async function buildRequest(client: Levigate, file: string, options: TrainOptions): Promise<CreateJobParams> {
  const [training, validation, ...shifts] = await Promise.all([
    uploadFile(client, file),
    options.validation === undefined ? null : uploadFile(client, options.validation),
    ...(options.shift ?? []).map((path) => uploadFile(client, path)),
  ]);
  return {
    model: options.model,
    training_file: training.id,
    validation_file: validation?.id,
    suffix: options.suffix,
    seed: options.seed,
    levi: {
      method: options.method,
      report: options.fullReport ? 'full' : undefined,
      columns: columnsOf(options),
      group_by: options.groupBy,
      corruptions: options.corruptions === true ? 'all' : options.corruptions,
      search: options.search === undefined ? undefined : { budget: { trials: options.search } },
      shift_files: shifts
        .filter((shift) => shift !== null)
        .map((shift) => ({ name: shiftName(shift), file: shift.id })),
    },
  };
}

function columnsOf({ text, label, fields }: TrainOptions): Columns | undefined {
  if (text === undefined && label === undefined && fields === undefined) return undefined;
  // Their types are told from the values, and the dry run shows them.
  const named = Array.isArray(fields) ? Object.fromEntries(fields.map((name) => [name, 'auto' as const])) : undefined;
  return { text, label, fields: fields === true ? 'auto' : named };
}

const shiftName = (file: FileObject): string => file.filename.replace(/\.[^.]*$/, '');
