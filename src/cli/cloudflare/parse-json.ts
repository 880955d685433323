import type { z } from 'zod';

/** What wrangler prints as JSON, even where a line of its own stands before; null when it is none or of another shape. */
export function parseJsonOutput<Schema extends z.ZodType>(stdout: string, schema: Schema): z.infer<Schema> | null {
  const start = stdout.search(/^[[{]/m);
  if (start === -1) return null;
  const parsed = schema.safeParse(tryParse(stdout.slice(start)));
  return parsed.success ? parsed.data : null;
}

function tryParse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
