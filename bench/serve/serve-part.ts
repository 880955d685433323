import type { Finding } from './figure.ts';
import type { TrainedFolder } from './trained-folder.ts';

export interface Measuring {
  /** Holds models; a part starts its own server on it, and no two run at once. */
  readonly folder: TrainedFolder;
  /** How often each side has its turn. */
  readonly rounds: number;
  /** Of the work of a turn, or of the seconds of a load: 1, or less for a first look. */
  readonly share: number;
  /** What is being done, for whoever waits. */
  readonly say: (what: string) => void;
}

/** A row, or a few, of the table. */
export interface ServePart {
  readonly name: string;
  /** Every figure that it gives, so that one which fails is missed in the table. */
  readonly keys: readonly string[];
  readonly measure: (measuring: Measuring) => Promise<readonly Finding[]>;
}
