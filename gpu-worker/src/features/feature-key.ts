import { createHash } from 'node:crypto';

/** Equal for equal inputs of equal backbones, whoever sent them: what one batch needs to run only once. */
export function contentKey(backboneFingerprint: string, content: Int32Array | Uint8Array): string {
  const bytes = new Uint8Array(content.buffer, content.byteOffset, content.byteLength);
  return createHash('sha256').update(`${backboneFingerprint}\0fp16-all-taps-1\0`).update(bytes).digest('base64url');
}

/** Salted per project: a hit must not tell one tenant what another has sent. */
export function cacheKey(cacheSalt: string, maxLength: number, content: string): string {
  return createHash('sha256').update(`${cacheSalt}\0${maxLength}\0${content}`).digest('base64url');
}
