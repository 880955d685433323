import { Option } from 'commander';
import type { Command } from 'commander';
import type { Job } from '../../sdk/index.ts';
import { connect } from '../connect.ts';
import { formatTime } from '../format-time.ts';
import { assertNoArguments, parseWholeNumber } from '../parse-arguments.ts';
import { formatColumns, formatReport } from '../report-table.ts';
import { terminalColumns } from '../wrap-text.ts';
import { formatVerification } from '../verification-text.ts';
import { follow, waitForJob } from './train.ts';

const VERBS = [
  ['pause', 'keep a checkpoint and stop until it is resumed'],
  ['resume', 'queue a paused job again'],
  ['cancel', 'end it without a model'],
] as const;

export function addJobCommands(program: Command): void {
  const jobs = program.command('jobs').description('fine-tuning jobs');

  jobs
    .command('list', { isDefault: true })
    .description('the newest jobs')
    .option('--limit <number>', 'how many', parseWholeNumber, 20)
    .allowExcessArguments()
    .action(async ({ limit }: { limit: number }, command: Command) => {
      assertNoArguments(command);
      const page = await connect(command).jobs.list({ limit });
      const rows = page.data.map((job) => [job.id, job.status, formatTime(job.created_at), describeResult(job)]);
      console.log(formatColumns([['id', 'status', 'created', 'model'], ...rows]));
    });

  jobs
    .command('get')
    .description('a job as the API gives it')
    .argument('<id>')
    .action(async (id: string, _options: object, command: Command) => {
      console.log(JSON.stringify(await connect(command).jobs.retrieve(id), null, 2));
    });

  jobs
    .command('wait')
    .description('show progress to the end, then the report')
    .argument('<id>')
    .action((id: string, _options: object, command: Command) => follow(connect(command), id));

  jobs
    .command('events')
    .description('every event, as it happens')
    .argument('<id>')
    .action(async (id: string, _options: object, command: Command) => {
      for await (const event of connect(command).jobs.events(id)) {
        console.log(`${formatTime(event.created_at)}  ${event.level.padEnd(5)}  ${event.message}`);
      }
    });

  jobs
    .command('report')
    .description('what came of every method')
    .argument('<id>')
    .addOption(new Option('--json', 'as the API gives it').conflicts('csv'))
    .option('--csv', 'one line per method and split, for a spreadsheet')
    .action(async (id: string, { json, csv }: { json?: boolean; csv?: boolean }, command: Command) => {
      const client = connect(command);
      if (csv) {
        // Its last line ends already.
        process.stdout.write(await client.jobs.report(id, { format: 'csv' }));
        return;
      }
      const report = await client.jobs.report(id);
      console.log(json ? JSON.stringify(report, null, 2) : formatReport(report, terminalColumns()));
    });

  jobs
    .command('verify')
    .description('train it again and compare the adapters; exit status 0 when they are the same bytes, else 1')
    .argument('<id>')
    .action(async (id: string, _options: object, command: Command) => {
      const client = connect(command);
      const job = await client.jobs.verify(id);
      console.log(`job ${job.id} trains ${id} again`);
      const { verification } = await waitForJob(client, job.id);
      if (!verification)
        throw new Error(`${job.id} succeeded without a verdict: is the gateway older than this command?`);
      console.log(`\n${formatVerification(verification, terminalColumns())}\n`);
      if (!verification.matches) process.exitCode = 1;
    });

  for (const [verb, description] of VERBS) {
    jobs
      .command(verb)
      .description(description)
      .argument('<id>')
      .action(async (id: string, _options: object, command: Command) => {
        const job = await connect(command).jobs[verb](id);
        console.log(`${job.id} ${job.status}`);
      });
  }
}

function describeResult({ fine_tuned_model, verifies, verification, error }: Job): string {
  if (verifies === null) return fine_tuned_model ?? error?.code ?? '';
  const verdict = verification === null ? error?.code : verification.matches ? 'the same bytes' : 'DIFFERS';
  return `verifies ${verifies}${verdict === undefined ? '' : `: ${verdict}`}`;
}
