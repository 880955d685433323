import { isCancel, text } from '@clack/prompts';
import type { Command } from 'commander';
import type { Deployment } from '../cloudflare/deployment.ts';
import { findWranglerConfig } from '../cloudflare/find-wrangler-config.ts';
import { planCreation } from '../cloudflare/plan-creation.ts';
import { planDestruction } from '../cloudflare/plan-destruction.ts';
import { readDeployment } from '../cloudflare/read-deployment.ts';
import { CLOUDFLARE_SECRETS, putCommand } from '../cloudflare/secrets.ts';
import { runSteps } from '../cloudflare/step.ts';
import type { Step } from '../cloudflare/step.ts';
import { createWrangler } from '../cloudflare/wrangler.ts';

interface TargetOptions {
  readonly env?: string;
  readonly config?: string;
  readonly dryRun?: boolean;
  readonly yes?: boolean;
}

export function addCloudflareCommands(program: Command): void {
  const cloudflare = program.command('cloudflare').description('set up or tear down a deployment on Cloudflare');

  withTarget(cloudflare.command('create'))
    .description('make the database, bucket and queues that wrangler.toml names, and write their ids into it')
    .action(async (options: TargetOptions) => {
      const deployment = await target(options);
      const steps = planCreation(deployment, createWrangler(deployment));
      if (options.dryRun) return showPlan('Would make, where it is not there yet', steps);
      await carryOut(steps);
      console.log(`\nNext:\n${nextCommands(deployment).join('\n')}`);
    });

  withTarget(cloudflare.command('destroy'))
    .description('delete the Worker and everything that wrangler.toml names with all that is in it')
    .option('--yes', 'do not ask')
    .action(async (options: TargetOptions) => {
      const deployment = await target(options);
      const steps = planDestruction(deployment, createWrangler(deployment));
      showPlan(options.dryRun ? 'Would delete' : 'Deletes, for good', steps);
      if (options.dryRun) return;
      if (!options.yes) await confirm(deployment.workerName);
      await carryOut(steps);
    });
}

const withTarget = (command: Command): Command =>
  command
    .option('--env <name>', "of wrangler.toml's environments, such as production")
    .option('--config <file>', 'another wrangler.toml')
    .option('--dry-run', 'say what would be done, and do nothing');

const target = async ({ env, config }: TargetOptions): Promise<Deployment> =>
  readDeployment(await findWranglerConfig(config), env);

const showPlan = (title: string, steps: readonly Step[]): void =>
  console.log([`${title}:`, ...steps.map(({ subject }) => `  ${subject}`), ''].join('\n'));

async function carryOut(steps: readonly Step[]): Promise<void> {
  const failures = await runSteps(steps, (line) => console.log(line));
  if (failures.length === 0) return;
  const names = failures.map(({ subject }) => subject).join('; ');
  throw new Error(`not done: ${names}. Run it again when the reason is mended; what was done is skipped.`);
}

/** The name, not a "y": what goes is somebody's data. */
async function confirm(workerName: string): Promise<void> {
  if (!process.stdin.isTTY)
    throw new Error('nothing was deleted: there is no terminal to ask at; --yes says that it is meant');
  const answer = await text({ message: `Type ${workerName} to delete all of it` });
  if (isCancel(answer) || answer !== workerName) throw new Error('nothing was deleted');
}

function nextCommands({ environment, databases }: Deployment): readonly string[] {
  const env = environment === null ? '' : ` --env ${environment}`;
  return [
    ...databases.map(({ binding }) => `  wrangler d1 migrations apply ${binding} --remote${env}`),
    ...CLOUDFLARE_SECRETS.filter(({ isNeeded }) => isNeeded).map(
      ({ name, make }) => `  ${make === null ? '' : `${make} | `}${putCommand(name, environment)}`,
    ),
    `  wrangler deploy${env}`,
    `  levigate --url <the address that deploy printed> doctor --cloudflare${env}`,
  ];
}
