import type { LeviOptions } from '../../src/contract/index.ts';

export interface StudyFile {
  readonly filename: string;
  readonly content: string | Uint8Array<ArrayBuffer>;
}

/** One training file and other sources that are only asked about. */
export interface Study {
  readonly name: string;
  readonly model: string;
  readonly train: StudyFile;
  readonly shifts: readonly { readonly name: string; readonly file: StudyFile }[];
  readonly columns?: LeviOptions['columns'];
  /** Where the server finds the backbone, if not where it looks by itself. */
  readonly env?: Readonly<Record<string, string>>;
}
