/** Small copies of images in colour, channels first: `data[((row * 3 + channel) * size + y) * size + x]`, 0 to 255. */
export interface ImageSet {
  readonly rows: number;
  /** Height and width. */
  readonly size: number;
  readonly data: Uint8Array;
}

/** Rows of several sets of one size, one after the other; undefined where any part has no images. */
export function joinImages(
  parts: readonly { readonly images: ImageSet | undefined; readonly rows: Int32Array }[],
): ImageSet | undefined {
  const taken = parts.flatMap(({ images, rows }) => (images === undefined ? [] : [takeImages(images, rows)]));
  const [first] = taken;
  if (first === undefined || taken.length < parts.length) return undefined;
  const data = new Uint8Array(taken.reduce((total, part) => total + part.data.length, 0));
  let to = 0;
  for (const part of taken) {
    data.set(part.data, to);
    to += part.data.length;
  }
  return { rows: taken.reduce((total, { rows }) => total + rows, 0), size: first.size, data };
}

/** The given rows, in the given order. */
export function takeImages({ size, data }: ImageSet, rows: Int32Array): ImageSet {
  const length = 3 * size * size;
  const chosen = new Uint8Array(rows.length * length);
  for (const [index, row] of rows.entries())
    chosen.set(data.subarray(row * length, (row + 1) * length), index * length);
  return { rows: rows.length, size, data: chosen };
}
