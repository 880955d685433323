import type { ComparedMethod } from '../../contract/levi.ts';
import type { Adapter } from '../adapter/adapter.ts';

/** A method that could be served. */
export interface Candidate {
  readonly method: ComparedMethod;
  readonly adapter: Adapter;
  readonly seconds: number;
  readonly detail: Readonly<Record<string, number | string>>;
}
