import { LIMITS } from '../../contract/limits.ts';
import type { ColumnNames } from './columns.ts';

/** Base64 has four characters for three bytes. */
const IMAGE_LINE_BYTES = LIMITS.trainingLineBytes + Math.ceil(LIMITS.imageBytes / 3) * 4;

/** How long a line may be: longer where a file holds images, as its beginning or the request says. */
export function lineLimit(head: Uint8Array, { image, isImageNamed }: ColumnNames): number {
  const holdsImages = isImageNamed || new TextDecoder().decode(head).includes(image);
  return holdsImages ? IMAGE_LINE_BYTES : LIMITS.trainingLineBytes;
}
