/** The bytes of an image as a request carries them: base64 (also the URL-safe kind), bare or as a data URI. */
export function decodeBase64(image: string): Uint8Array {
  const start = image.startsWith('data:') ? image.indexOf(',') + 1 : 0;
  return Buffer.from(image.slice(start), 'base64');
}
