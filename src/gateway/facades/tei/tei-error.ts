import type { Hook } from '@hono/zod-openapi';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import type { ErrorCode } from '../../../contract/index.ts';
import { toLevigateError } from '../../errors/error-response.ts';
import { toInvalidRequest } from '../../errors/invalid-request.ts';
import type { GatewayContext, GatewayEnv } from '../../gateway-env.ts';
import type { TeiMetrics } from './metrics.ts';

type ErrorType = 'Unhealthy' | 'Backend' | 'Overloaded' | 'Validation' | 'Tokenizer' | 'Empty';

interface Form {
  readonly status: ContentfulStatusCode;
  readonly type: ErrorType;
}

/** A failure that TEI alone knows. */
export class TeiError extends Error {
  override readonly name = 'TeiError';
  readonly form: Form;

  constructor(form: Form, message: string) {
    super(message);
    this.form = form;
  }
}

const FORMS: Partial<Record<ErrorCode, Form>> = {
  invalid_request: { status: 413, type: 'Validation' },
  payload_too_large: { status: 413, type: 'Validation' },
  unsupported_option: { status: 422, type: 'Validation' },
  invalid_json: { status: 422, type: 'Validation' },
  unsupported_media_type: { status: 422, type: 'Validation' },
  model_is_backbone: { status: 424, type: 'Backend' },
  overloaded: { status: 429, type: 'Overloaded' },
  no_worker: { status: 503, type: 'Unhealthy' },
  backbone_unavailable: { status: 503, type: 'Unhealthy' },
  worker_failed: { status: 424, type: 'Backend' },
  timeout: { status: 424, type: 'Backend' },
  internal: { status: 424, type: 'Backend' },
};

/** TEI's `{error, error_type}` with the status it has for the type. Keys and names it does not know of keep their own status. */
export const toTeiError =
  (metrics: TeiMetrics) =>
  async (error: Error, c: GatewayContext): Promise<Response> => {
    if (error instanceof TeiError) return refuse(c, metrics, { ...error.form, message: error.message });
    const known = await toLevigateError(error, c);
    if (known.retryAfterS !== undefined) c.header('retry-after', String(known.retryAfterS));
    const own = { status: known.status, type: 'Validation' as const };
    return refuse(c, metrics, { ...(FORMS[known.code] ?? own), message: known.message });
  };

/** A body of another form than the route's. */
export const refuseForm =
  (metrics: TeiMetrics): Hook<unknown, GatewayEnv, string, unknown> =>
  (result, c) => {
    if (result.success) return undefined;
    return refuse(c, metrics, {
      status: 422,
      type: 'Validation',
      message: toInvalidRequest(result.error).message,
    });
  };

function refuse(
  c: GatewayContext,
  metrics: TeiMetrics,
  { status, type, message }: Form & { readonly message: string },
): Response {
  metrics.failed(type);
  if (OPENAI_ROUTE.test(c.req.path)) return c.json(toOpenAiForm(status, type, message), status);
  return c.json({ error: message, error_type: type }, status);
}

const OPENAI_ROUTE = /\/embeddings$/;

/** TEI's own form of it, which is flat, and the nested one that every release of OpenAI's client reads. */
const toOpenAiForm = (code: number, type: ErrorType, message: string) => ({
  message,
  code,
  type,
  error: { message, type, param: null, code: null },
});
