import type { Hook } from '@hono/zod-openapi';
import type { z } from 'zod';
import { LevigateError } from '../../contract/index.ts';
import type { GatewayEnv } from '../gateway-env.ts';

/** Validation hook of every route: the first problem, named by its path, in OpenAI's error shape. */
export const invalidRequest: Hook<unknown, GatewayEnv, string, unknown> = (result) => {
  if (!result.success) throw toInvalidRequest(result.error.issues);
};

/** Turns zod's issues into one error that names the field as the client wrote it. */
export function toInvalidRequest(issues: readonly z.core.$ZodIssue[]): LevigateError {
  const issue = deepestIssue(issues);
  if (!issue) return new LevigateError('invalid_request', 'the request is not valid');
  const param = issue.path.map(String).join('.');
  const more = issues.length > 1 ? ` (and ${issues.length - 1} more)` : '';
  return new LevigateError('invalid_request', `${param === '' ? 'the body' : `"${param}"`}: ${issue.message}${more}`, {
    param: param === '' ? undefined : param,
  });
}

/** Of a union's branches, the one that got into the value says what the caller meant; where none did, the union's own message. */
function deepestIssue(issues: readonly z.core.$ZodIssue[]): z.core.$ZodIssue | undefined {
  const [issue] = issues;
  if (issue?.code !== 'invalid_union') return issue;
  const branches = issue.errors.map((branch) => deepestIssue(branch)).filter((found) => found !== undefined);
  const [deepest] = branches.toSorted((a, b) => closeness(b) - closeness(a));
  const isSpokenFor = deepest?.path.length === 0 && issue.message !== UNION_DEFAULT_MESSAGE;
  return deepest && !isSpokenFor ? { ...deepest, path: [...issue.path, ...deepest.path] } : issue;
}

/** Further in is closer; at one depth a value of the right type is closer than one of another. */
const closeness = ({ path, code }: z.core.$ZodIssue): number => path.length * 2 + (code === 'invalid_type' ? 0 : 1);

/** Zod's, where a schema gives a union no message of its own. */
const UNION_DEFAULT_MESSAGE = 'Invalid input';
