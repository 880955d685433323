import type { z } from 'zod';

/** One thing that is wrong with a value: where in it (nothing: the value itself), and what. */
export interface Mistake {
  readonly path: string;
  readonly message: string;
  readonly isMissing: boolean;
}

/** The first thing that a schema found wrong; of a union's branches, the one that got furthest into the value says what was meant. */
export function firstMistake({ issues }: Pick<z.ZodError, 'issues'>): Mistake {
  const issue = deepestIssue(issues);
  return {
    path: issue?.path.map(String).join('.') ?? '',
    message: issue?.message ?? 'is not valid',
    isMissing: issue?.code === 'invalid_type' && issue.input === undefined,
  };
}

/** Everything that a schema found wrong, each as `path: message`. */
export const listMistakes = ({ issues }: Pick<z.ZodError, 'issues'>): string[] =>
  issues.map(({ path, message }) => `${path.join('.')}: ${message}`);

type Issue = z.core.$ZodIssue;

/** Where no branch got into the value, the union's own message stands. */
function deepestIssue(issues: readonly Issue[]): Issue | undefined {
  const [issue] = issues;
  if (issue?.code !== 'invalid_union') return issue;
  const branches = issue.errors.map((branch) => deepestIssue(branch)).filter((found) => found !== undefined);
  const [deepest] = branches.toSorted((a, b) => closeness(b) - closeness(a));
  const isSpokenFor = deepest?.path.length === 0 && issue.message !== UNION_DEFAULT_MESSAGE;
  return deepest && !isSpokenFor ? { ...deepest, path: [...issue.path, ...deepest.path] } : issue;
}

/** Further in is closer; at one depth a value of the right type is closer than one of another. */
const closeness = ({ path, code }: Issue): number => path.length * 2 + (code === 'invalid_type' ? 0 : 1);

/** Zod's, where a schema gives a union no message of its own. */
const UNION_DEFAULT_MESSAGE = 'Invalid input';
