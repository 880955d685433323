import { LevigateError } from '../../../contract/index.ts';
import { toInvalidRequest } from '../../errors/invalid-request.ts';
import type { GatewayContext } from '../../gateway-env.ts';
import { toBase64 } from '../to-base64.ts';
import { JsonBody } from './request.ts';
import type { Question } from './request.ts';

interface Path {
  readonly model: string;
  readonly pipeline?: string | undefined;
}

/** A request's inputs: JSON, or the bytes of one image. */
export async function readQuestion(c: GatewayContext, { model, pipeline }: Path): Promise<Question> {
  const type = c.req.header('content-type') ?? 'application/json';
  if (/^(image\/|application\/octet-stream)/.test(type)) {
    const image = toBase64(new Uint8Array(await c.req.arrayBuffer()));
    return { model, pipeline, inputs: { image }, options: {} };
  }
  const parsed = JsonBody.safeParse(parseJson(await c.req.text()));
  if (!parsed.success) throw toInvalidRequest(parsed.error);
  const { inputs, parameters = {}, ...options } = parsed.data;
  return { model, pipeline, inputs, options: { ...options, ...parameters } };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new LevigateError('invalid_json', `the request body is not valid JSON: ${String(cause)}`, { cause });
  }
}
