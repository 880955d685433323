// In pieces: `fromCharCode` takes its characters as arguments, and there may be millions.
const PIECE_BYTES = 0x6000;

export function toBase64(bytes: Uint8Array): string {
  let text = '';
  for (let from = 0; from < bytes.length; from += PIECE_BYTES)
    text += String.fromCharCode(...bytes.subarray(from, from + PIECE_BYTES));
  return btoa(text);
}
