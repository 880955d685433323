import type { ErrorCode } from '../../../contract/index.ts';
import { toLevigateError } from '../../errors/error-response.ts';
import type { GatewayContext } from '../../gateway-env.ts';

/** Hugging Face's own sentences, where it has one; else the message stands for itself. */
const SENTENCES: Partial<Record<ErrorCode, (model: string) => string>> = {
  missing_api_key: () => 'Invalid username or password.',
  invalid_api_key: () => 'Invalid username or password.',
  model_not_found: (model) => `Model ${model} does not exist`,
  no_worker: (model) => `Model ${model} is currently loading`,
  backbone_unavailable: (model) => `Model ${model} is currently loading`,
  overloaded: () => 'Model too busy, unable to get response in less than 60 second(s)',
};

const RETRY_AFTER_S = 5;

/** A string under `error`. 503 becomes 429: the client repeats a 503 at once and without end, whatever `Retry-After` says. */
export async function toHuggingFaceError(error: Error, c: GatewayContext): Promise<Response> {
  const known = await toLevigateError(error, c);
  const isUnavailable = known.status === 503;
  const retryAfterS = known.retryAfterS ?? (isUnavailable ? RETRY_AFTER_S : undefined);
  if (retryAfterS !== undefined) c.header('retry-after', String(retryAfterS));
  const sentence = SENTENCES[known.code]?.(c.req.param('model') ?? '') ?? known.message;
  const body = { error: sentence, ...(isUnavailable ? { estimated_time: retryAfterS } : {}) };
  return c.json(body, isUnavailable ? 429 : known.status);
}
