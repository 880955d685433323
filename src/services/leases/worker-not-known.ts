import { LevigateError } from '../../contract/index.ts';

/** Of a worker that was forgotten, or registered anew. */
export const workerNotKnown = (id: string): LevigateError =>
  new LevigateError('not_found', `worker ${id} is not known: register again`);
