/** Small copies of images in colour, channels first: `data[((row * 3 + channel) * size + y) * size + x]`, 0 to 255. */
export interface ImageSet {
  readonly rows: number;
  /** Height and width. */
  readonly size: number;
  readonly data: Uint8Array;
}
