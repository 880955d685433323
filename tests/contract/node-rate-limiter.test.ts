import { createRateLimiter } from '../../src/platform/node/rate-limiter.ts';
import { describeRateLimiter } from './rate-limiter.ts';

describeRateLimiter('node', async () => ({
  limiter: createRateLimiter({ nowMs: () => Date.now() }),
  [Symbol.asyncDispose]: () => Promise.resolve(),
}));
