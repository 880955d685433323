import type { Command } from 'commander';
import type { Scope } from '../../sdk/index.ts';
import { connect } from '../connect.ts';
import { assertNoArguments } from '../parse-arguments.ts';
import { formatColumns } from '../report-table.ts';

export function addKeyCommands(program: Command): void {
  const keys = program.command('keys').description('API keys of this project');

  const list = keys.command('list', { isDefault: true }).description('the newest keys').allowExcessArguments();
  list.action(async (_options: object, command: Command) => {
    assertNoArguments(command);
    const { data } = await connect(command).keys.list();
    const rows = data.map((key) => [
      key.id,
      `${key.prefix}…`,
      key.revoked_at === null ? 'active' : 'revoked',
      key.name,
    ]);
    console.log(formatColumns([['id', 'key', 'status', 'name'], ...rows]));
  });

  keys
    .command('create')
    .description('make a key and print it')
    .argument('<name>')
    .option('--scope <scope...>', 'such as predict or jobs:write; all of the creating key when absent')
    .action(async (name: string, { scope }: { scope?: Scope[] }, command: Command) => {
      const key = await connect(command).keys.create(scope ? { name, scopes: scope } : { name });
      console.log(`${key.secret}\n(shown this once; ${key.id})`);
    });

  keys
    .command('revoke')
    .description('refuse a key from now on')
    .argument('<id>')
    .action(async (id: string, _options: object, command: Command) => {
      await connect(command).keys.revoke(id);
      console.log(`${id} revoked`);
    });
}
