import { z } from 'zod';
import { findApiAccess } from './api-access.ts';
import type { Deployment } from './deployment.ts';
import { emptyBucket } from './empty-bucket.ts';
import { GONE } from './gone.ts';
import { parseJsonOutput } from './parse-json.ts';
import type { Step } from './step.ts';
import type { Wrangler } from './wrangler.ts';

const Containers = z.array(z.object({ id: z.string(), name: z.string() }));

/**
 * What `levigate cloudflare destroy` deletes, in an order that works: the Worker first, which uses all the rest. What is
 * not there any more counts as deleted, so that a teardown that was cut off can be run again.
 */
export function planDestruction(deployment: Deployment, wrangler: Wrangler): readonly Step[] {
  const { workerName, containers, queues, databases, buckets } = deployment;
  return [
    {
      subject: `Worker ${workerName}, with its secrets, cron triggers and Durable Objects`,
      run: () => remove(wrangler, 'delete', '--force'),
    },
    ...containers.map((name) => ({
      subject: `container application ${name}`,
      run: () => removeContainer(wrangler, name),
    })),
    ...queues.map((name) => ({
      subject: `queue ${name}, with the messages in it`,
      run: () => remove(wrangler, 'queues', 'delete', name),
    })),
    ...databases.map(({ name }) => ({
      subject: `D1 database ${name}: projects, keys, jobs, models, webhooks`,
      run: () => remove(wrangler, 'd1', 'delete', name, '--skip-confirmation'),
    })),
    ...buckets.map((name) => ({
      subject: `R2 bucket ${name}, with every file and adapter in it`,
      run: () => removeBucket(wrangler, name),
    })),
  ];
}

async function remove(wrangler: Wrangler, ...args: readonly string[]): Promise<string> {
  const { isOk, reason } = await wrangler.run(...args);
  if (isOk) return 'deleted';
  if (GONE.test(reason)) return 'was not there';
  throw new Error(reason);
}

async function removeContainer(wrangler: Wrangler, name: string): Promise<string> {
  const listed = parseJsonOutput(await wrangler.runOrThrow('containers', 'list', '--json'), Containers) ?? [];
  const container = listed.find((each) => each.name === name);
  return container ? remove(wrangler, 'containers', 'delete', container.id) : 'was not there';
}

async function removeBucket(wrangler: Wrangler, name: string): Promise<string> {
  const { isOk, reason } = await wrangler.run('r2', 'bucket', 'info', name, '--json');
  if (!isOk && GONE.test(reason)) return 'was not there';
  const count = await emptyBucket(await findApiAccess(wrangler), name);
  return `${await remove(wrangler, 'r2', 'bucket', 'delete', name)}, ${count} objects`;
}
