/** An answer: a name, several names (multi_label), or a number (regression, ordinal). */
export type Label = string | readonly string[] | number;

/** One labelled example: what the backbone reads (`text`, `image`), what else is known of it (`fields`), and the answer. */
export interface TrainingRecord {
  /** Empty where the record is an image or has fields alone. */
  readonly text: string;
  /** Names have their surrounding white space removed; numbers and booleans as names become their JSON spelling. */
  readonly label: Label;
  /** By target, in a job of several; `label` is then the first one's. */
  readonly labels?: Readonly<Record<string, Label>>;
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

/** Equal for equal answers: a key for counts and comparisons, and how messages show them. */
export function labelKey(label: Label): string {
  if (typeof label === 'string') return label;
  return typeof label === 'number' ? String(label) : [...label].sort().join(' + ');
}
