import { Command, Option } from 'commander';
import { VERSION } from '../contract/version.ts';
import { addCloudflareCommands } from './commands/cloudflare.ts';
import { addDoctorCommand } from './commands/doctor.ts';
import { addDriftCommand } from './commands/drift.ts';
import { addGraphCommand } from './commands/graph.ts';
import { addJobCommands } from './commands/jobs.ts';
import { addKeyCommands } from './commands/keys.ts';
import { addMigrateCommand } from './commands/migrate.ts';
import { addModelCommands } from './commands/models.ts';
import { addPredictCommand } from './commands/predict.ts';
import { addProjectCommands } from './commands/projects.ts';
import { addQuickstartCommand } from './commands/quickstart.ts';
import { addStartCommand } from './commands/start.ts';
import { addTrainCommand } from './commands/train.ts';
import { addUsageCommand } from './commands/usage.ts';
import { addWebhookCommands } from './commands/webhooks.ts';
import { DEFAULT_URL, parseGatewayUrl } from './parse-arguments.ts';

const COMMANDS = [
  addStartCommand,
  addQuickstartCommand,
  addTrainCommand,
  addMigrateCommand,
  addJobCommands,
  addPredictCommand,
  addModelCommands,
  addDriftCommand,
  addGraphCommand,
  addWebhookCommands,
  addKeyCommands,
  addProjectCommands,
  addUsageCommand,
  addDoctorCommand,
  addCloudflareCommands,
] as const;

/** The `levigate` command: the SDK on the command line, and the local server. */
export function createProgram(): Command {
  const program = new Command('levigate')
    .description('Fine-tune and serve classifiers that hold up when the data shifts')
    .version(VERSION, '-V, --version', 'print the version')
    .addOption(
      new Option('--url <url>', 'the gateway').env('LEVIGATE_URL').default(DEFAULT_URL).argParser(parseGatewayUrl),
    )
    .showHelpAfterError('(--help shows the options)');
  for (const add of COMMANDS) add(program);
  return program;
}
