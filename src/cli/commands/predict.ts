import type { Command } from 'commander';
import type { PredictRecord } from '../../sdk/index.ts';
import { connect } from '../connect.ts';
import { formatPredictions } from '../format-predictions.ts';
import { collect, parseShare, parseWholeNumber } from '../parse-arguments.ts';
import { readImage } from '../read-image.ts';
import { terminalColumns } from '../wrap-text.ts';

const MAX_INPUTS = 256;

interface PredictOptions {
  readonly json?: boolean;
  readonly image: readonly string[];
  readonly topK: number;
  readonly coverage?: number;
  readonly abstainAtRisk?: number;
  readonly nearest?: number;
  /** Commander's form of `--no-monitor`. */
  readonly monitor: boolean;
}

export function addPredictCommand(program: Command): void {
  program
    .command('predict')
    .description('classify texts or images; with neither, every line of standard input')
    .argument('<model>', 'a fine-tuned model, ft:...')
    .argument('[texts...]')
    .option('--image <file>', 'a JPEG, PNG or WebP file; may be given several times', collect, [])
    .option('--top-k <number>', 'labels per input', parseWholeNumber, 3)
    .option(
      '--coverage <level>',
      'the labels (of numbers: the interval) that cannot be ruled out at this level, such as 0.9',
      parseShare,
    )
    .option(
      '--abstain-at-risk <share>',
      'mark what to withhold so that at most this share of the rest is wrong',
      parseShare,
    )
    .option('--nearest <number>', 'name this many training examples beside each answer', parseWholeNumber)
    .option('--no-monitor', "keep these answers out of the model's drift watch")
    .option('--json', 'one prediction per line as the API gives it')
    .action(async (model: string, texts: string[], options: PredictOptions, command: Command) => {
      const client = connect(command);
      const inputs = await readInputs(texts, options.image);
      for (let start = 0; start < inputs.length; start += MAX_INPUTS) {
        const batch = inputs.slice(start, start + MAX_INPUTS);
        const { data, notes = [] } = await client.predict({
          model,
          input: batch.map(({ record }) => record),
          top_k: options.topK,
          coverage: options.coverage,
          abstain_at_risk: options.abstainAtRisk,
          nearest: options.nearest,
          ...(options.monitor ? {} : { monitor: false }),
        });
        for (const note of notes) console.error(note);
        const lines = options.json
          ? data.map((prediction) => JSON.stringify(prediction))
          : formatPredictions(
              data,
              batch.map(({ name }) => name),
              terminalColumns(),
            );
        for (const line of lines) console.log(line);
      }
    });
}

interface Input {
  /** How it is shown beside its answer. */
  readonly name: string;
  readonly record: string | PredictRecord;
}

async function readInputs(texts: readonly string[], images: readonly string[]): Promise<Input[]> {
  const lines = texts.length + images.length > 0 ? texts : await readLines();
  return [
    ...lines.map((text) => ({ name: text, record: text })),
    ...(await Promise.all(images.map(async (path) => ({ name: path, record: { image: await readImage(path) } })))),
  ];
}

async function readLines(): Promise<string[]> {
  let text = '';
  for await (const chunk of process.stdin.setEncoding('utf8')) text += String(chunk);
  return text.split(/\r?\n/).filter((line) => line.trim() !== '');
}
