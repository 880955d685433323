const SEGMENT = /^[A-Za-z0-9_][A-Za-z0-9._-]*$/;
const MAX_KEY_CHARS = 512;

/**
 * Keys are made by us, never by a client; a key that could leave its root is a mistake of ours.
 * @returns the segments between the slashes
 */
export function parseBlobKey(key: string): readonly string[] {
  const segments = key.split('/');
  if (key.length > MAX_KEY_CHARS || !segments.every((segment) => SEGMENT.test(segment))) {
    throw new Error(`internal: ${JSON.stringify(key.slice(0, 80))} is no blob key`);
  }
  return segments;
}
