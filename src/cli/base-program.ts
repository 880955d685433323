import { Command, Option } from 'commander';
import { VERSION } from '../contract/version.ts';
import { DEFAULT_URL, parseGatewayUrl } from './parse-arguments.ts';

/** The `levigate` command without any of its subcommands. */
export const createBaseProgram = (): Command =>
  new Command('levigate')
    .description('Fine-tune and serve classifiers that hold up when the data shifts')
    .version(VERSION, '-V, --version', 'print the version')
    .addOption(
      new Option('--url <url>', 'the gateway').env('LEVIGATE_URL').default(DEFAULT_URL).argParser(parseGatewayUrl),
    )
    .showHelpAfterError('(--help shows the options)');
