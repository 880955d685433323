import { LevigateError } from '../../contract/index.ts';

/** The same for a key of another project. */
export const keyNotFound = (id: string): LevigateError =>
  new LevigateError('not_found', `there is no API key "${id}" in this project: list the keys to see their ids`, {
    param: 'key_id',
  });
