import { createDurableLimiter } from '../../../src/platform/cloudflare/durable-limiter.ts';
import { describeRateLimiter } from '../rate-limiter.ts';
import { nothingToClose, projectLimiters } from './storage.ts';

describeRateLimiter('workerd', async () => ({
  limiter: createDurableLimiter(projectLimiters()),
  [Symbol.asyncDispose]: nothingToClose,
}));
