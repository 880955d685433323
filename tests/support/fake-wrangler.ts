import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { vi } from 'vitest';
import { createTemporaryFolder } from './temporary-folder.ts';

/** What the fake wrangler's account holds; its commands change it. */
export interface FakeAccount {
  accounts: { readonly id: string; readonly name: string }[];
  token: string;
  workers: string[];
  secrets: string[];
  databases: { readonly uuid: string; readonly name: string }[];
  buckets: string[];
  queues: string[];
  /** Refuse to be deleted. */
  stuckQueues: string[];
  containers: { readonly id: string; readonly name: string }[];
  /** Names of applied ones; null where the database has no table of them. */
  migrations: { readonly remote: string[] | null; readonly local: string[] | null };
}

export interface FakeWrangler extends AsyncDisposable {
  /** Of its wrangler.toml. */
  readonly config: string;
  readonly account: () => Promise<FakeAccount>;
  /** Each call's words, in order; the environment in brackets where one was named. */
  readonly calls: () => Promise<readonly string[]>;
}

export const MIGRATIONS = ['0000_first.sql', '0001_second.sql'] as const;
const ID = 'aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee';

/** An account in which everything of DEPLOYMENT is in order. */
export const HEALTHY: FakeAccount = {
  accounts: [{ id: 'account1', name: 'Ada' }],
  token: 'a-token',
  workers: ['levigate-staging'],
  secrets: ['LEVIGATE_API_KEY', 'LEVIGATE_WORKER_TOKEN', 'LEVIGATE_EXTRA'],
  databases: [{ uuid: ID, name: 'levigate-staging' }],
  buckets: ['levigate-blobs-staging'],
  queues: ['outbox-staging', 'outbox-dead-staging'],
  stuckQueues: [],
  containers: [{ id: 'container1', name: 'levigate-worker-staging' }],
  migrations: { remote: [...MIGRATIONS], local: [...MIGRATIONS] },
};

/** A wrangler.toml with an environment `staging` that is in order, and `bare`, which repeats too little. */
export const DEPLOYMENT = `# a comment
name = "levigate"

[[d1_databases]]
binding = "DB"
database_name = "levigate"
database_id = "00000000-0000-0000-0000-000000000000"   # put yours here

[[r2_buckets]]
binding = "BLOBS"
bucket_name = "levigate-blobs"

[[queues.producers]]
binding = "OUTBOX"
queue = "outbox"

[[env.staging.d1_databases]]
binding = "DB"
database_name = "levigate-staging"
database_id = "${ID}"

[[env.staging.r2_buckets]]
binding = "BLOBS"
bucket_name = "levigate-blobs-staging"

[env.staging.vars]
LEVIGATE_PUBLIC_URL = "http://127.0.0.1:1"

[env.staging.secrets]
required = ["LEVIGATE_API_KEY", "LEVIGATE_EXTRA"]

[[env.staging.queues.producers]]
binding = "OUTBOX"
queue = "outbox-staging"

[[env.staging.queues.consumers]]
queue = "outbox-staging"
dead_letter_queue = "outbox-dead-staging"

[[env.staging.containers]]
class_name = "Worker"
image = "./Dockerfile"

[[env.bare.d1_databases]]
binding = "DB"
database_name = "levigate-bare"
database_id = "00000000-0000-0000-0000-000000000001" # put yours here

[[env.bare.containers]]
class_name = "Worker"
image = "./Dockerfile"

[[env.bare.r2_buckets]]
binding = "BLOBS"
bucket_name = "levigate-blobs-bare"
`;

/** Puts a wrangler on the path (until `vi.unstubAllEnvs()`) whose account is the one given, beside a wrangler.toml. */
export async function installFakeWrangler(
  account: Partial<FakeAccount> = {},
  toml = DEPLOYMENT,
): Promise<FakeWrangler> {
  const folder = await createTemporaryFolder();
  const at = (...parts: readonly string[]): string => join(folder.path, ...parts);
  await mkdir(at('bin'));
  await mkdir(at('migrations'));
  const main = join(import.meta.dirname, 'fake-wrangler-main.ts');
  await writeFile(at('bin/wrangler'), `#!/bin/sh\nexec "${process.execPath}" "${main}" "$@"\n`);
  await chmod(at('bin/wrangler'), 0o755);
  for (const name of MIGRATIONS) await writeFile(at('migrations', name), 'select 1;');
  await writeFile(at('wrangler.toml'), toml);
  await writeFile(at('state.json'), JSON.stringify({ ...HEALTHY, ...account }));
  await writeFile(at('calls.txt'), '');
  vi.stubEnv('PATH', [at('bin'), process.env['PATH']].join(delimiter));
  vi.stubEnv('FAKE_WRANGLER_STATE', at('state.json'));
  vi.stubEnv('FAKE_WRANGLER_CALLS', at('calls.txt'));
  vi.stubEnv('CLOUDFLARE_ACCOUNT_ID', undefined);
  return {
    config: at('wrangler.toml'),
    account: async () => JSON.parse(await readFile(at('state.json'), 'utf8')) as FakeAccount,
    calls: async () => (await readFile(at('calls.txt'), 'utf8')).split('\n').filter((line) => line !== ''),
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  };
}
