import type { Command } from 'commander';
import type { ApiKey, Levigate, Scope } from '../../sdk/index.ts';
import { connect } from '../connect.ts';
import { addKeyLimitOptions, changeLimits, formatLimits } from '../limit-options.ts';
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
      formatLimits(key.limits),
    ]);
    console.log(formatColumns([['id', 'key', 'status', 'name', 'limits'], ...rows]));
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

  addKeyLimitOptions(keys.command('limits'))
    .description("change a key's limits")
    .argument('<id>')
    .action(async (id: string, options: Record<string, unknown>, command: Command) => {
      const client = connect(command);
      const current = await findKey(client, id);
      if (Object.keys(options).length === 0) return console.log(formatLimits(current.limits));
      const { limits } = await client.keys.update(id, { limits: changeLimits(current.limits, options) });
      console.log(formatLimits(limits));
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

/** @throws Error that names the command which lists them */
async function findKey(client: Levigate, id: string): Promise<ApiKey> {
  for await (const key of await client.keys.list()) if (key.id === id) return key;
  throw new Error(`there is no key ${id} in this project: "levigate keys list" names them`);
}
