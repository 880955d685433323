/** One step of fetching or preparing a backbone. `file` is what is being received, unpacked or written. */
export interface BackboneProgress {
  readonly file: string;
  readonly receivedBytes: number;
  readonly totalBytes: number;
}

export type OnBackboneProgress = (event: BackboneProgress) => void;
