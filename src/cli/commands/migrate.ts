import { confirm, isCancel } from '@clack/prompts';
import type { Command } from 'commander';
import type { Levigate } from '../../sdk/index.ts';
import { connect } from '../connect.ts';
import { findExports } from '../migrate/find-exports.ts';
import { dropFiles, planJob } from '../migrate/plan-job.ts';
import type { Plan } from '../migrate/plan-job.ts';
import { DIFFERENCES, formatPlan } from '../migrate/plan-text.ts';
import { waitForJob } from './train.ts';

interface MigrateOptions {
  readonly model: string;
  readonly yes?: boolean;
  readonly detach?: boolean;
}

/** OpenAI's, so that it stands for whatever backbone the gateway prefers. */
const ANY_MODEL = 'gpt-4o-mini';

export function addMigrateCommand(program: Command): void {
  program
    .command('migrate')
    .description('bring fine-tuned classifiers here from elsewhere')
    .command('openai')
    .description('read a folder of exported training files, say what will work, what not and why, then make the jobs')
    .argument('<folder>', 'with the .jsonl files that were given to fine_tuning.jobs')
    .option('--model <backbone>', "the backbone; default the gateway's own choice", ANY_MODEL)
    .option('--yes', 'make the jobs without asking')
    .option('--detach', 'print the job ids and leave')
    .action(async (folder: string, options: MigrateOptions, command: Command) => {
      await migrate(connect(command), folder, options);
    });
}

async function migrate(client: Levigate, folder: string, { model, yes, detach }: MigrateOptions): Promise<void> {
  const exported = await findExports(folder);
  if (exported.length === 0) throw new Error(`there is no .jsonl file in ${folder}: export the training files first`);
  const plans: Plan[] = [];
  for (const file of exported) {
    const plan = await planJob(client, file, model);
    console.log(`${formatPlan(plan)}\n`);
    plans.push(plan);
  }
  console.log(`${DIFFERENCES.map((line) => `  ${line}`).join('\n')}\n`);
  const ready = plans.filter((plan) => 'request' in plan);
  if (ready.length === 0) throw new Error('none of the files can become a classifier: see above');
  if (!(yes ?? (await isConfirmed(ready.length)))) {
    await dropFiles(
      client,
      ready.flatMap(({ request }) => [request.training_file, request.validation_file]),
    );
    console.log('No job was made, and the uploads are deleted. --yes makes them.');
    return;
  }
  for (const { request } of ready) {
    const { id } = await client.jobs.create(request);
    console.log(`job ${id}`);
    if (!detach) await waitForJob(client, id);
  }
}

/** Where nobody can be asked, the answer is no. */
async function isConfirmed(jobs: number): Promise<boolean> {
  if (!process.stdin.isTTY) return false;
  const answer = await confirm({ message: `Make ${jobs} job${jobs === 1 ? '' : 's'}?` });
  return !isCancel(answer) && answer;
}
