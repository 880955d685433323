/** Of a split of a job's records. */
export interface ExtractSplitOptions {
  readonly cacheSalt: string;
  /** Of texts, in tokens. */
  readonly maxLength: number;
  readonly signal: AbortSignal;
  readonly onProgress: (doneRows: number) => void;
}

export interface ExtractedSplit {
  /** Half-float features, [rows, taps, width]. */
  readonly halfs: Uint16Array;
  readonly tokens: number;
  readonly truncatedTexts: number;
  readonly cachedInputs: number;
  /** What the task model reads of images, [rows, 3, 32, 32]; null where the records have none that the backbone read. */
  readonly thumbnails: Uint8Array | null;
}
