import { createWriteStream, openAsBlob } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { Option } from 'commander';
import type { Command } from 'commander';
import { unpackTar } from 'modern-tar/fs';
import { connect } from '../connect.ts';
import { formatTime } from '../format-time.ts';
import { assertNoArguments } from '../parse-arguments.ts';
import { formatColumns } from '../report-table.ts';

interface ExportOptions {
  readonly format: 'onnx' | 'adapter';
  readonly target?: string;
}

export function addModelCommands(program: Command): void {
  const models = program.command('models').description('backbones and fine-tuned models');

  models
    .command('list', { isDefault: true })
    .description('all that can be asked or fine-tuned')
    .allowExcessArguments()
    .action(async (_options: object, command: Command) => {
      assertNoArguments(command);
      const rows = (await connect(command).models.list()).map(({ id, created, root }) => [
        id,
        formatTime(created),
        root,
      ]);
      console.log(formatColumns([['id', 'created', 'backbone'], ...rows]));
    });

  models
    .command('export')
    .description('its weights: a folder for Transformers.js, or a tar for another Levigate')
    .argument('<id>')
    .argument('<path>', 'the folder (onnx) or the file (adapter) to write')
    .addOption(new Option('--format <format>').choices(['onnx', 'adapter']).default('onnx'))
    .option('--target <name>', 'with onnx, of a model of several targets')
    .action(async (id: string, path: string, options: ExportOptions, command: Command) => {
      const { body } = await connect(command).models.export(id, options);
      await pipeline(body ?? [], options.format === 'onnx' ? unpackTar(path) : createWriteStream(path));
      console.log(`${id} exported to ${path}`);
    });

  models
    .command('import')
    .description('take over an adapter that another Levigate exported')
    .argument('<file>', 'the tar')
    .option('--suffix <name>', "a part of the model's name")
    .action(async (file: string, options: { suffix?: string }, command: Command) => {
      console.log((await connect(command).models.import(await openAsBlob(file), options)).id);
    });

  models
    .command('delete')
    .description('remove a fine-tuned model and its weights')
    .argument('<id>')
    .action(async (id: string, _options: object, command: Command) => {
      await connect(command).models.delete(id);
      console.log(`${id} deleted`);
    });
}
