import type { Command } from 'commander';
import { connect } from '../connect.ts';
import { formatDrift } from '../format-drift.ts';

export function addDriftCommand(program: Command): void {
  program
    .command('drift')
    .description("whether a model's predictions are still of inputs like those it was validated on")
    .argument('<model>', 'a fine-tuned model, ft:...')
    .option('--json', 'as the API gives it')
    .action(async (model: string, options: { readonly json?: boolean }, command: Command) => {
      const drift = await connect(command).models.drift(model);
      console.log(options.json ? JSON.stringify(drift) : formatDrift(drift));
    });
}
