import { z } from 'zod';

/** What is left of a project's inputs after a purge: nothing that can be found again. */
export const PurgedFeatureCache = z.object({
  object: z.literal('feature_cache.purged'),
  workers: z.array(
    z.object({
      name: z.string(),
      entries: z
        .int()
        .nullable()
        .describe('Inputs erased; null: the worker could not be reached, and what it keeps is never used again'),
    }),
  ),
});
export type PurgedFeatureCache = z.infer<typeof PurgedFeatureCache>;
