#!/usr/bin/env node
import { Command } from 'commander';
import { addJobCommands } from './commands/jobs.ts';
import { addKeyCommands } from './commands/keys.ts';
import { addPredictCommand } from './commands/predict.ts';
import { addQuickstartCommand } from './commands/quickstart.ts';
import { addStartCommand } from './commands/start.ts';
import { addTrainCommand } from './commands/train.ts';
import { reportFailure } from './failure.ts';

const MIN_NODE_MAJOR = 24;

/** The `levigate` command: the SDK on the command line, and the local server. */
async function main(): Promise<void> {
  if (Number(process.versions.node.split('.')[0]) < MIN_NODE_MAJOR) {
    throw new Error(
      `Node ${MIN_NODE_MAJOR} or newer is needed, this is ${process.versions.node}: use "npm run levigate", which brings its own`,
    );
  }
  const program = new Command('levigate')
    .description('Fine-tune and serve classifiers that hold up when the data shifts')
    .option('--url <url>', 'the gateway', process.env['LEVIGATE_URL'] ?? 'http://127.0.0.1:8787')
    .showHelpAfterError('(--help shows the options)');
  for (const add of [
    addStartCommand,
    addQuickstartCommand,
    addTrainCommand,
    addJobCommands,
    addPredictCommand,
    addKeyCommands,
  ]) {
    add(program);
  }
  await program.parseAsync();
}

main().catch(reportFailure);
