import { createMiddleware } from 'hono/factory';
import { LevigateError } from '../../contract/index.ts';
import { bodyTooLarge } from '../../services/files/body-too-large.ts';
import type { GatewayEnv } from '../gateway-env.ts';

/** Refuses by its declared length what the platform would cut off, and says what to do instead. */
export const platformBodyLimit = (maxBodyBytes: number) =>
  createMiddleware<GatewayEnv>(async function platformBodyLimit(c, next) {
    if (Number(c.req.header('content-length') ?? 0) > maxBodyBytes)
      throw c.req.path.startsWith('/worker/') ? artifactTooLarge(maxBodyBytes) : bodyTooLarge(maxBodyBytes);
    await next();
  });

const artifactTooLarge = (maxBodyBytes: number): LevigateError =>
  new LevigateError(
    'payload_too_large',
    `this deployment takes requests of at most ${maxBodyBytes} bytes: give it S3 credentials of its bucket, and workers send what is larger straight there`,
  );
