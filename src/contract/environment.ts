import { z } from 'zod';
import { listMistakes } from './mistakes.ts';

/** A process's environment, or a Worker's variables. */
export type Variables = Readonly<Record<string, string | undefined>>;

/** A variable that switches something on (`1`) or off (`0`). */
export const flag = (byDefault: '0' | '1') =>
  z
    .enum(['0', '1'])
    .default(byDefault)
    .transform((value) => value === '1');

/** The token that workers and gateway share. */
export const workerToken = z.string().min(32, 'must be at least 32 characters');

/**
 * Reads variables once, at the start. An empty one is how compose files and shells say "not set".
 * @throws Error with one line per wrong variable
 */
export function parseEnvironment<Schema extends z.ZodType>(schema: Schema, variables: object): z.output<Schema> {
  const given = Object.fromEntries(Object.entries(variables).filter(([, value]) => value !== ''));
  const parsed = schema.safeParse(given);
  if (parsed.success) return parsed.data;
  throw new Error(`the environment is not valid:\n  ${listMistakes(parsed.error).join('\n  ')}`);
}
