/** One labelled example: what the backbone reads (`text`, `image`), what else is known of it (`fields`), and the answer. */
export interface TrainingRecord {
  /** Empty where the record is an image or has fields alone. */
  readonly text: string;
  /** Numbers and booleans in the file become their JSON spelling; surrounding white space is removed. */
  readonly label: string;
  /** The encoded file: JPEG, PNG or WebP. */
  readonly image?: Uint8Array;
  readonly fields?: Readonly<Record<string, unknown>>;
  /** The domain, source or period it belongs to. */
  readonly group?: string;
  /** What it counts in training and choosing, relative to the others; 1 when absent. */
  readonly weight?: number;
  /** What the row is called where it is named to its owner; never learned from. */
  readonly id?: string;
}

export interface NumberedRecord {
  /** Counted from 1, header and blank lines included, so that it is the line an editor shows. */
  readonly line: number;
  readonly record: TrainingRecord;
}
