import { z } from 'zod';
import type { ApiAccess } from './api-access.ts';

const DEADLINE_MS = 60_000;
/** The most that one call lists or deletes. */
const PAGE = 1_000;

const Answer = z.object({
  success: z.boolean(),
  errors: z.array(z.object({ code: z.number().optional(), message: z.string() })).default([]),
  result: z.array(z.object({ key: z.string() })).nullish(),
});

/**
 * Deletes every object of a bucket, a page at a time, since only an empty bucket can be deleted.
 * @returns how many there were
 * @throws Error with the API's reason, and when a page does not get smaller
 */
export async function emptyBucket({ url, headers }: ApiAccess, bucket: string): Promise<number> {
  const objects = `${url}/r2/buckets/${encodeURIComponent(bucket)}/objects`;
  let deleted = 0;
  for (;;) {
    const { result } = await ask(`${objects}?per_page=${PAGE}`, { headers });
    const keys = (result ?? []).map(({ key }) => key);
    if (keys.length === 0) return deleted;
    await ask(objects, {
      method: 'DELETE',
      headers: { ...headers, 'content-type': 'application/json' },
      body: JSON.stringify(keys),
    });
    deleted += keys.length;
  }
}

async function ask(url: string, init: RequestInit): Promise<z.infer<typeof Answer>> {
  const response = await fetch(url, { ...init, signal: AbortSignal.timeout(DEADLINE_MS) });
  const text = await response.text();
  const parsed = Answer.safeParse(parse(text));
  if (parsed.success && parsed.data.success) return parsed.data;
  const reasons = parsed.success ? parsed.data.errors.map(({ message }) => message).join('; ') : text.slice(0, 200);
  throw new Error(`Cloudflare's API answered ${response.status}: ${reasons || 'no reason was given'}`);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
