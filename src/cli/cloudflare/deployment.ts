import { resolve } from 'node:path';
import type { EnvironmentConfig } from './wrangler-config.ts';

export type BindingKind = 'D1 database' | 'R2 bucket' | 'queue' | 'Durable Object' | 'rate limit';

export interface BoundName {
  readonly binding: string;
  readonly kind: BindingKind;
}

export interface DatabaseResource {
  readonly binding: string;
  readonly name: string;
  /** null where wrangler.toml has none. */
  readonly id: string | null;
  /** Absolute. */
  readonly migrationsFolder: string;
}

/** One environment of wrangler.toml: what stands in the account when it is deployed. */
export interface Deployment {
  readonly path: string;
  /** Where wrangler.toml lies; wrangler runs here. */
  readonly folder: string;
  /** null: the top level. */
  readonly environment: string | null;
  readonly workerName: string;
  readonly databases: readonly DatabaseResource[];
  /** Names, each once. */
  readonly buckets: readonly string[];
  /** Names, each once: those that are sent to, read from, and where dead letters go. */
  readonly queues: readonly string[];
  /** Names, as wrangler makes them up unless the file gives them. */
  readonly containers: readonly string[];
  readonly bindings: readonly BoundName[];
  /** What the top level binds. Environments inherit no bindings, so each has to repeat them. */
  readonly topLevelBindings: readonly BoundName[];
  readonly requiredSecrets: readonly string[];
  /** Where the gateway will answer, as `LEVIGATE_PUBLIC_URL` says; null where it does not. */
  readonly publicUrl: string | null;
}

interface DeploymentParts {
  readonly path: string;
  readonly folder: string;
  readonly environment: string | null;
  readonly config: EnvironmentConfig;
  readonly topLevel: EnvironmentConfig & { readonly name: string };
}

export function toDeployment({ config, topLevel, ...place }: DeploymentParts): Deployment {
  // As wrangler does: what an environment does not name is the top level's name and its own.
  const suffix = place.environment === null ? '' : `-${place.environment}`;
  const { producers, consumers } = config.queues;
  const deadLetters = consumers.flatMap(({ dead_letter_queue: name }) => (name === undefined ? [] : [name]));
  return {
    ...place,
    workerName: config.name ?? `${topLevel.name}${suffix}`,
    databases: config.d1_databases.map((database) => ({
      binding: database.binding,
      name: database.database_name,
      id: database.database_id ?? null,
      migrationsFolder: resolve(place.folder, database.migrations_dir),
    })),
    buckets: once(config.r2_buckets.map(({ bucket_name: name }) => name)),
    queues: once([...producers, ...consumers].map(({ queue }) => queue).concat(deadLetters)),
    containers: config.containers.map(
      ({ name, class_name: className }) => name ?? `${topLevel.name}-${className}${suffix}`.toLowerCase(),
    ),
    bindings: bindingsOf(config),
    topLevelBindings: bindingsOf(topLevel),
    requiredSecrets: config.secrets.required,
    publicUrl: publicUrlOf(config),
  };
}

const once = (names: readonly string[]): string[] => [...new Set(names)];

const bindingsOf = (config: EnvironmentConfig): readonly BoundName[] => [
  ...config.d1_databases.map(({ binding }) => ({ binding, kind: 'D1 database' as const })),
  ...config.r2_buckets.map(({ binding }) => ({ binding, kind: 'R2 bucket' as const })),
  ...config.queues.producers.map(({ binding }) => ({ binding, kind: 'queue' as const })),
  ...config.durable_objects.bindings.map(({ name }) => ({ binding: name, kind: 'Durable Object' as const })),
  ...config.ratelimits.map(({ name }) => ({ binding: name, kind: 'rate limit' as const })),
];

function publicUrlOf({ vars }: EnvironmentConfig): string | null {
  const { LEVIGATE_PUBLIC_URL: url } = vars;
  return typeof url === 'string' && url !== '' ? url : null;
}

const PLACEHOLDER_ID = /^0{8}-(?:0{4}-){3}0{8}|[<>]|placeholder|your[-_]/i;

/** Whether a database's id is still one that the repository ships, or an example's. */
export const isPlaceholder = (id: string | null): boolean => id === null || id === '' || PLACEHOLDER_ID.test(id);

/** Whether an address is still the one that the repository ships. */
export const isPlaceholderUrl = (url: string): boolean => new URL(url).hostname.split('.').includes('example');
