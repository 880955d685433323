import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import type { FakeAccount } from './fake-wrangler.ts';

/**
 * A wrangler whose account is a JSON file: the commands that the command line calls, with the words and the exit statuses of
 * wrangler 4.155 (its sources, and Cloudflare's API errors as they are passed on). Started by bin/wrangler of a test's folder.
 */
const { FAKE_WRANGLER_STATE: statePath = '', FAKE_WRANGLER_CALLS: callsPath = '' } = process.env;
const before = readFileSync(statePath, 'utf8');
const account = JSON.parse(before) as FakeAccount;
const args = process.argv.slice(2).filter((arg) => !arg.startsWith('--env='));
const words = args.filter(
  (arg, index) => !arg.startsWith('--') && args[index - 1] !== '--config' && args[index - 1] !== '--command',
);
appendFileSync(
  callsPath,
  `${words.join(' ')}${process.argv.includes('--env=') ? '' : ` (${process.argv.find((arg) => arg.startsWith('--env='))})`}\n`,
);

const print = (value: unknown): void => console.log(typeof value === 'string' ? value : JSON.stringify(value, null, 2));

function fail(...lines: readonly string[]): never {
  console.error(
    `\u001B[31m✘ \u001B[41;31m[\u001B[41;97mERROR\u001B[41;31m]\u001B[0m ${lines.join('\n\n  ')}\n\n\n🪵  Logs were written to "x.log"`,
  );
  process.exit(1);
}
const failApi = (message: string): never => fail('A request to the Cloudflare API (/accounts/x) failed.', message);

function remove(list: keyof FakeAccount & ('buckets' | 'queues'), name: string): void {
  account[list] = account[list].filter((each) => each !== name);
}

function requireLogin(): void {
  if (account.accounts.length === 0)
    fail(
      'In a non-interactive environment, it is necessary to set a CLOUDFLARE_API_TOKEN environment variable for wrangler to work.',
    );
}

const COMMANDS: Readonly<Record<string, (...rest: string[]) => void>> = {
  whoami: () => {
    if (account.accounts.length > 0)
      return print({ loggedIn: true, email: 'x@example.com', accounts: account.accounts });
    print({ loggedIn: false });
    process.exit(1);
  },
  'auth token': () => print({ type: 'api_token', token: account.token }),
  'secret list': () => {
    if (account.workers.length === 0)
      fail('Worker "levigate" not found.', 'If this is a new Worker, run `wrangler deploy` first to create it.');
    print(account.secrets.map((name) => ({ name, type: 'secret_text' })));
  },
  'd1 execute': () => {
    const side = args.includes('--remote') ? 'remote' : 'local';
    const applied = account.migrations[side];
    if (side === 'remote' && account.databases.length === 0) {
      const notes = [{ text: 'The database aaaaaaaa could not be found [code: 7404]' }];
      print({ error: { text: 'A request to the Cloudflare API failed.', notes } });
      process.exit(1);
    }
    if (applied !== null) return print([{ results: applied.map((name) => ({ name })), success: true, meta: {} }]);
    print({
      error: {
        text: 'A request to the Cloudflare API failed.',
        notes: [{ text: 'no such table: d1_migrations: SQLITE_ERROR' }],
      },
    });
    process.exit(1);
  },
  'd1 list': () => print(account.databases),
  'd1 create': (name = '') =>
    void account.databases.push({ uuid: `11111111-2222-3333-4444-55555555555${account.databases.length}`, name }),
  'd1 delete': (name = '') => {
    if (!account.databases.some((database) => database.name === name)) fail(`Couldn't find DB with name '${name}'`);
    account.databases = account.databases.filter((database) => database.name !== name);
  },
  'r2 bucket info': (name = '') => {
    if (!account.buckets.includes(name)) failApi('The specified bucket does not exist. [code: 10006]');
    print({ name, object_count: '0' });
  },
  'r2 bucket create': (name = '') => {
    if (account.buckets.includes(name))
      failApi('The bucket you tried to create already exists, and you own it. [code: 10004]');
    account.buckets.push(name);
  },
  'r2 bucket delete': (name = '') => {
    if (!account.buckets.includes(name)) failApi('The specified bucket does not exist. [code: 10006]');
    remove('buckets', name);
  },
  'queues info': (name = '') => {
    if (!account.queues.includes(name))
      fail(`Queue "${name}" does not exist. To create it, run: wrangler queues create ${name}`);
    print(`Queue Name: ${name}`);
  },
  'queues create': (name = '') => {
    if (account.queues.includes(name))
      failApi(`Queue name '${name}' is already taken. Please use a different name and try again. [code: 11009]`);
    account.queues.push(name);
  },
  'queues delete': (name = '') => {
    if (!account.queues.includes(name))
      fail(`Queue "${name}" does not exist. To create it, run: wrangler queues create ${name}`);
    if (account.stuckQueues.includes(name)) failApi('The queue has a consumer. [code: 11005]');
    remove('queues', name);
  },
  'containers list': () => print(account.containers),
  'containers delete': (id = '') => {
    account.containers = account.containers.filter((container) => container.id !== id);
  },
  delete: () => {
    if (account.workers.length === 0) failApi('This Worker does not exist on your account. [code: 10007]');
    account.workers = [];
  },
};

const name = Object.keys(COMMANDS)
  .toSorted((a, b) => b.length - a.length)
  .find((command) => `${words.join(' ')} `.startsWith(`${command} `));
const command = name === undefined ? undefined : COMMANDS[name];
if (!name || !command) fail(`Unknown command: ${words.join(' ')}`);
if (name !== 'whoami' && !(name === 'd1 execute' && args.includes('--local'))) requireLogin();
command(...words.slice(name.split(' ').length));
// Several run at a time, of which those that only read must not write.
if (JSON.stringify(account) !== before) writeFileSync(statePath, JSON.stringify(account));
