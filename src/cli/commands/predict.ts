import type { Command } from 'commander';
import { connect } from '../connect.ts';
import { formatPredictions } from '../format-predictions.ts';
import { parseWholeNumber } from '../parse-arguments.ts';
import { terminalColumns } from '../wrap-text.ts';

const MAX_INPUTS = 256;

interface PredictOptions {
  readonly json?: boolean;
  readonly topK: number;
}

export function addPredictCommand(program: Command): void {
  program
    .command('predict')
    .description('classify texts; without texts, every line of standard input')
    .argument('<model>', 'a fine-tuned model, ft:...')
    .argument('[texts...]')
    .option('--top-k <number>', 'labels per text', parseWholeNumber, 3)
    .option('--json', 'one prediction per line as the API gives it')
    .action(async (model: string, texts: string[], options: PredictOptions, command: Command) => {
      const client = connect(command);
      const inputs = texts.length > 0 ? texts : await readLines();
      for (let start = 0; start < inputs.length; start += MAX_INPUTS) {
        const batch = inputs.slice(start, start + MAX_INPUTS);
        const { data } = await client.predict({ model, input: batch, top_k: options.topK });
        const lines = options.json
          ? data.map((prediction) => JSON.stringify(prediction))
          : formatPredictions(data, batch, terminalColumns());
        for (const line of lines) console.log(line);
      }
    });
}

async function readLines(): Promise<string[]> {
  let text = '';
  for await (const chunk of process.stdin.setEncoding('utf8')) text += String(chunk);
  return text.split(/\r?\n/).filter((line) => line.trim() !== '');
}
