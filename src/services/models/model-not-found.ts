import { LevigateError } from '../../contract/index.ts';

/** Missing, deleted and another project's are the same answer. */
export const modelNotFound = (id: string, param = 'model'): LevigateError =>
  new LevigateError(
    'model_not_found',
    `there is no model "${id}" in this project: it never was, or was deleted. List the models to see their ids.`,
    { param },
  );
