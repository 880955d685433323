import type { Command } from 'commander';
import { createBaseProgram } from './base-program.ts';
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
  const program = createBaseProgram();
  for (const add of COMMANDS) add(program);
  return program;
}
