import { expect, test } from 'vitest';
import { unstable_readConfig } from 'wrangler';

const PATH = new URL('../../../../wrangler.toml', import.meta.url).pathname;
/** undefined is this machine. */
const ENVIRONMENTS = [undefined, 'dev', 'staging', 'production'] as const;

/** What of wrangler's normalised configuration is looked at; its published type is not resolvable here. */
interface Config {
  readonly vars: Readonly<Record<string, unknown>>;
  readonly secrets?: { readonly required?: readonly string[] };
  readonly d1_databases: readonly {
    readonly binding: string;
    readonly database_name: string;
    readonly migrations_dir: string;
  }[];
  readonly r2_buckets: readonly { readonly binding: string; readonly bucket_name: string }[];
  readonly queues: {
    readonly producers?: readonly { readonly binding: string; readonly queue: string }[];
    readonly consumers?: readonly { readonly queue: string; readonly dead_letter_queue?: string }[];
  };
  readonly durable_objects: { readonly bindings: readonly { readonly name: string; readonly class_name: string }[] };
  readonly containers?: readonly { readonly class_name: string; readonly max_instances: number }[];
  readonly migrations: readonly { readonly new_sqlite_classes?: readonly string[] }[];
  readonly ratelimits: readonly { readonly name: string; readonly namespace_id: string }[];
  readonly triggers: { readonly crons: readonly string[] };
  readonly observability?: { readonly enabled: boolean };
}

const read = (env?: string): Config => unstable_readConfig({ config: PATH, ...(env === undefined ? {} : { env }) });

/** Names under which the Worker finds what is bound. */
const bindingsOf = (config: Config) => ({
  databases: config.d1_databases.map(({ binding }) => binding),
  buckets: config.r2_buckets.map(({ binding }) => binding),
  queues: config.queues.producers?.map(({ binding }) => binding),
  objects: config.durable_objects.bindings.map(({ name }) => name),
  limiters: config.ratelimits.map(({ name }) => name),
  variables: Object.keys(config.vars).sort(),
  secrets: config.secrets?.required,
});

test.each(ENVIRONMENTS)('the environment %s binds what the others bind', (env) => {
  expect(bindingsOf(read(env))).toEqual(bindingsOf(read()));
});

test.each(ENVIRONMENTS)('the environment %s consumes its queue, and what that gives up', (env) => {
  const { queues } = read(env);
  const [outbox, dead, ...others] = queues.consumers ?? [];
  expect(others).toEqual([]);
  expect(queues.producers?.map(({ queue }) => queue)).toEqual([outbox?.queue]);
  expect(outbox?.dead_letter_queue).toBe(dead?.queue);
  // By its beginning functions/cloudflare.ts knows it.
  expect(dead?.queue).toMatch(/^levigate-dead/);
  expect(outbox?.queue).not.toMatch(/^levigate-dead/);
});

test.each(ENVIRONMENTS)('the environment %s has a container class with storage, migrations and both crons', (env) => {
  const config = read(env);
  const classes = config.durable_objects.bindings.map(({ class_name: name }) => name);
  expect(config.containers?.map(({ class_name: name }) => name)).toEqual(['WorkerContainer']);
  expect(classes).toContain('WorkerContainer');
  expect(config.migrations.flatMap(({ new_sqlite_classes: names = [] }) => names)).toEqual(
    expect.arrayContaining(classes),
  );
  expect(config.d1_databases.map(({ migrations_dir: folder }) => folder)).toEqual(['migrations']);
  expect(config.triggers.crons).toEqual(['* * * * *', '17 * * * *']);
  expect(config.observability?.enabled).toBe(true);
});

test('no two environments share a database, a bucket, a queue or a limiter', () => {
  const resources = ENVIRONMENTS.map((env) => read(env)).flatMap((config) => [
    ...config.d1_databases.map(({ database_name: name }) => `database ${name}`),
    ...config.r2_buckets.map(({ bucket_name: name }) => `bucket ${name}`),
    ...(config.queues.consumers ?? []).map(({ queue }) => `queue ${queue}`),
    ...config.ratelimits.map(({ namespace_id: id }) => `limiter ${id}`),
  ]);
  expect(new Set(resources).size).toBe(resources.length);
});

test('the variable of containers does not promise more than there may be', () => {
  for (const env of ENVIRONMENTS) {
    const { vars, containers } = read(env);
    expect(Number(vars['LEVIGATE_CONTAINERS'])).toBeLessThanOrEqual(containers?.[0]?.max_instances ?? 0);
  }
});
