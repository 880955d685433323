import { z } from 'zod';

const Binding = z.object({ binding: z.string() });

/** What of wrangler.toml says which resources there are; the rest is wrangler's own business. */
const Environment = z.object({
  name: z.string().optional(),
  vars: z.record(z.string(), z.unknown()).default({}),
  d1_databases: z
    .array(
      Binding.extend({
        database_name: z.string(),
        database_id: z.string().optional(),
        migrations_dir: z.string().default('migrations'),
      }),
    )
    .default([]),
  r2_buckets: z.array(Binding.extend({ bucket_name: z.string() })).default([]),
  queues: z
    .object({
      producers: z.array(Binding.extend({ queue: z.string() })).default([]),
      consumers: z.array(z.object({ queue: z.string(), dead_letter_queue: z.string().optional() })).default([]),
    })
    .prefault({}),
  durable_objects: z
    .object({ bindings: z.array(z.object({ name: z.string(), class_name: z.string() })).default([]) })
    .prefault({}),
  ratelimits: z.array(z.object({ name: z.string(), namespace_id: z.string() })).default([]),
  containers: z.array(z.object({ class_name: z.string(), name: z.string().optional() })).default([]),
  secrets: z.object({ required: z.array(z.string()).default([]) }).prefault({}),
});
export type EnvironmentConfig = z.infer<typeof Environment>;

/** A wrangler.toml: the top level, and the environments beside it. */
export const WranglerConfig = Environment.extend({
  name: z.string(),
  env: z.record(z.string(), Environment).default({}),
});
