import type { z } from 'zod';
import { LevigateError, METHODS, TASKS } from '../../../contract/index.ts';
import type { ErrorCode } from '../../../contract/index.ts';
import { toInvalidRequest } from '../../errors/invalid-request.ts';

/** Options of `levi` that are one of a list. */
const CHOICES: Readonly<Record<string, { readonly code: ErrorCode; readonly of: readonly string[] }>> = {
  method: { code: 'unknown_method', of: ['auto', ...METHODS] },
  task: { code: 'unsupported_option', of: TASKS },
};

/** A wrong `levi` option gets a code of its own and is told what there is; everything else is the common answer. */
export function toInvalidCreation(error: Pick<z.ZodError, 'issues'>): LevigateError {
  const [issue] = error.issues;
  if (issue?.path[0] !== 'levi') return toInvalidRequest(error);
  if (issue.code === 'unrecognized_keys') {
    const param = [...issue.path, issue.keys[0]].map(String).join('.');
    const message = `"${param}" is not an option: check its spelling, see /openapi.json`;
    return new LevigateError('unsupported_option', message, { param });
  }
  const param = issue.path.map(String).join('.');
  const choice = issue.path.length === 2 ? CHOICES[String(issue.path[1])] : undefined;
  if (!choice) return toInvalidRequest(error);
  return new LevigateError(choice.code, `"${param}": choose one of ${choice.of.join(', ')}`, { param });
}
