import { z } from 'zod';

const Amount = z.int().min(1).max(Number.MAX_SAFE_INTEGER);

/** What is left out is not limited. */
export const KeyLimits = z.strictObject({
  requests_per_minute: Amount.optional().describe('Requests of any kind'),
  tokens_per_minute: Amount.optional().describe('Tokens of the inputs of predictions'),
});
export type KeyLimits = z.infer<typeof KeyLimits>;

/** Beside those of each key: a request must be within both. */
export const ProjectLimits = KeyLimits.extend({
  concurrent_requests: Amount.optional().describe('Requests being answered at a time'),
  inputs_per_month: Amount.optional().describe('Inputs times models of predictions, per calendar month (UTC)'),
  tokens_per_month: Amount.optional().describe('Tokens of the inputs of predictions, per calendar month (UTC)'),
  storage_bytes: Amount.optional().describe('Of all files'),
});
export type ProjectLimits = z.infer<typeof ProjectLimits>;
