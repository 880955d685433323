import { LevigateError } from '../../contract/index.ts';

const MB = 1_000_000;

/** A request that the platform takes no more of, with the way that is left. */
export const bodyTooLarge = (maxBodyBytes: number): LevigateError =>
  new LevigateError(
    'payload_too_large',
    `this deployment takes requests of at most ${Math.floor(maxBodyBytes / MB)} MB: send a larger file in parts with POST /v1/uploads`,
  );
