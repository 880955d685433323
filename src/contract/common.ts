import { z } from 'zod';
import { LIMITS } from './limits.ts';

export const UnixSeconds = z.int().describe('Unix time in seconds');

/** The last second of the year 9999: what a caller gives is a date in milliseconds too. */
export const MAX_UNIX_SECONDS = 253_402_300_799;

/** Query of every cursor-paged list; unknown keys are ignored as OpenAI does. */
export const PageQuery = z.object({
  after: z.string().optional().describe('Id of the last item of the previous page'),
  limit: z.coerce.number().int().min(1).max(LIMITS.pageMax).default(LIMITS.pageDefault),
});
export type PageQuery = z.infer<typeof PageQuery>;

/** OpenAI's cursor page: the next one is asked with `after` = the last item's id. */
export const page = <Item extends z.ZodType>(item: Item) =>
  z.object({
    object: z.literal('list'),
    data: z.array(item),
    first_id: z.string().nullable(),
    last_id: z.string().nullable(),
    has_more: z.boolean(),
  });

export interface Page<Item> {
  readonly object: 'list';
  readonly data: Item[];
  readonly first_id: string | null;
  readonly last_id: string | null;
  readonly has_more: boolean;
}

export function toPage<Item extends { readonly id: string }>(items: readonly Item[], hasMore: boolean): Page<Item> {
  return {
    object: 'list',
    data: [...items],
    first_id: items[0]?.id ?? null,
    last_id: items.at(-1)?.id ?? null,
    has_more: hasMore,
  };
}

export const Deleted = z.object({ id: z.string(), object: z.string(), deleted: z.literal(true) });

export const Metadata = z
  .record(z.string().max(LIMITS.metadataKeyChars), z.string().max(LIMITS.metadataValueChars))
  .refine((pairs) => Object.keys(pairs).length <= LIMITS.metadataPairs, `at most ${LIMITS.metadataPairs} pairs`);
