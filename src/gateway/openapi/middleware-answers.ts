import { FAILURES } from './responses.ts';
import type { FailureStatus } from './responses.ts';

interface Operation {
  readonly security?: unknown;
  readonly requestBody?: unknown;
  readonly responses?: object;
}

interface Standing {
  readonly statuses: readonly FailureStatus[];
  readonly isBefore: (method: string, operation: Operation) => boolean;
}

/** What stands before the routes under /v1 and may answer in their place. */
const MIDDLEWARE: readonly Standing[] = [
  // The key, its scopes, and the limits of its project.
  { statuses: [401, 403, 429], isBefore: (_, { security }) => security === undefined },
  // `Idempotency-Key`: one of another request, or of one that is still worked on.
  { statuses: [400, 409], isBefore: (method) => method === 'post' },
  // The body: its size, its media type.
  { statuses: [413, 415], isBefore: (_, { requestBody }) => requestBody !== undefined },
];

const ERROR = { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } };

/** An operation under /v1 with the failures that its middleware answers. @param method in lower case */
export function withMiddlewareAnswers<Given extends Operation>(method: string, operation: Given): Given {
  const statuses = MIDDLEWARE.filter(({ isBefore }) => isBefore(method, operation)).flatMap(({ statuses }) => statuses);
  const answers = statuses.map((status) => [status, { description: FAILURES[status], content: ERROR }]);
  return { ...operation, responses: { ...Object.fromEntries(answers), ...operation.responses } };
}
