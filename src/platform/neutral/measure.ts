import { createHash } from 'node:crypto';
import { LevigateError } from '../../contract/index.ts';
import type { StoredBlob } from '../../services/ports.ts';

export interface Measure {
  /** Counts and hashes `chunk`; throws `payload_too_large` as soon as the sum passes the limit. */
  add(chunk: Uint8Array): void;
  finish(): Omit<StoredBlob, 'version'>;
}

/** Size and SHA-256 of what streams by, bounded. */
export function createMeasure(maxBytes: number): Measure {
  const hash = createHash('sha256');
  let sizeBytes = 0;
  return {
    add(chunk) {
      sizeBytes += chunk.byteLength;
      if (sizeBytes > maxBytes) {
        throw new LevigateError(
          'payload_too_large',
          `larger than the limit of ${maxBytes} bytes: send less, or split it`,
        );
      }
      hash.update(chunk);
    },
    finish: () => ({ sizeBytes, sha256: hash.digest('hex') }),
  };
}
