import type { z } from 'zod';
import { listMistakes } from '../../../src/contract/mistakes.ts';
import { GatewayError } from './gateway-error.ts';

/** The JSON of an answer in the form that was agreed; rejects with a GatewayError that says what is not. */
export async function parseAnswer<Schema extends z.ZodType>(
  schema: Schema,
  response: Response,
): Promise<z.infer<Schema>> {
  const body: unknown = await response.json().catch(() => null);
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  const mistakes = listMistakes(parsed.error).join('; ');
  throw new GatewayError(`the gateway's answer is not understood (different versions?): ${mistakes}`, { status: 502 });
}
