import type { z } from 'zod';
import { LevigateError, METHODS } from '../../../contract/index.ts';
import { toInvalidRequest } from '../../errors/invalid-request.ts';

/** A wrong `levi` option gets a code of its own and is told what there is; everything else is the common answer. */
export function toInvalidCreation(issues: readonly z.core.$ZodIssue[]): LevigateError {
  const [issue] = issues;
  if (issue?.path[0] !== 'levi') return toInvalidRequest(issues);
  if (issue.code === 'unrecognized_keys') {
    const param = [...issue.path, issue.keys[0]].map(String).join('.');
    return new LevigateError(
      'unsupported_option',
      `"${param}" is not an option: check its spelling, see /openapi.json`,
      {
        param,
      },
    );
  }
  const [, option] = issue.path;
  if (option === 'method') {
    return new LevigateError('unknown_method', `"levi.method": choose one of auto, ${METHODS.join(', ')}`, {
      param: 'levi.method',
    });
  }
  if (option === 'task') {
    return new LevigateError(
      'unsupported_option',
      '"levi.task": only "single_label" (one label per text) is offered yet',
      { param: 'levi.task' },
    );
  }
  return toInvalidRequest(issues);
}
