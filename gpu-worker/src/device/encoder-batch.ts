/** Token ids of equal-length rows, padded with zeros; `lengths` says how many of each row are real. */
export interface PaddedBatch {
  readonly rows: number;
  readonly columns: number;
  readonly ids: Int32Array;
  readonly lengths: Int32Array;
}

/** Images of one size, [rows, 3, height, width]. */
export interface PixelBatch {
  readonly rows: number;
  readonly height: number;
  readonly width: number;
  readonly pixels: Float32Array;
}

/** What a backbone reads: texts or images, as it was made for. */
export type EncoderBatch = PaddedBatch | PixelBatch;
