import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi';
import { LIMITS } from '../../../contract/index.ts';
import type { Services } from '../../../services/ports.ts';
import type { GatewayContext, GatewayEnv } from '../../gateway-env.ts';
import { authenticate } from '../../middleware/authenticate.ts';
import { limitBody } from '../../middleware/json-body-limit.ts';
import { json } from '../../openapi/responses.ts';
import { setTimings } from '../../routes/predict/set-timings.ts';
import { readQuestion } from './read-question.ts';
import { JsonBody } from './request.ts';
import { answer, TASK_NAMES } from './tasks.ts';
import { toHuggingFaceError } from './to-error.ts';

const Failure = z.object({ error: z.string(), estimated_time: z.number().optional() }).openapi('HuggingFaceError');
const Labels = z.array(z.object({ label: z.string(), score: z.number() }));
const Vector = z.array(z.number());
const Answer = z.union([z.array(Labels), Labels, Vector, z.array(Vector), z.array(z.string())]);

const shared = {
  method: 'post' as const,
  tags: ['Hugging Face'],
  responses: {
    200: json(Answer, 'In the form of the task'),
    400: json(Failure, 'The request is wrong'),
    401: json(Failure, 'No valid API key'),
    403: json(Failure, 'The key lacks a scope'),
    404: json(Failure, 'No such model'),
    413: json(Failure, 'Too large'),
    429: json(Failure, 'Busy, or not ready yet; `Retry-After` says when. Never 503'),
    502: json(Failure, 'The worker failed'),
    504: json(Failure, 'Took too long'),
  },
};

const bytes = { type: 'string' as const, format: 'binary' };
const body = {
  required: true,
  content: {
    'application/json': { schema: JsonBody },
    'image/*': { schema: bytes },
    'application/octet-stream': { schema: bytes },
  },
};

const model = createRoute({
  ...shared,
  path: '/models/{model}',
  summary: "Hugging Face's inference API: the task told from inputs and model",
  description:
    'Text and image classification, feature extraction, sentence similarity, zero-shot classification by label embeddings, tables of fields.',
  request: { params: z.object({ model: z.string() }), body },
});

const pipeline = createRoute({
  ...shared,
  path: '/models/{model}/pipeline/{task}',
  summary: "Hugging Face's inference API: the task named",
  request: { params: z.object({ model: z.string(), task: z.enum(TASK_NAMES) }), body },
});

/** `POST /models/{id}` as Hugging Face's clients call it, with `endpointUrl` or as `model` URL. */
export function huggingFaceRoutes(services: Services): OpenAPIHono<GatewayEnv> {
  const app = new OpenAPIHono<GatewayEnv>();
  app.onError(toHuggingFaceError);
  app.use('/models/*', authenticate(services), limitBody(LIMITS.predictBodyBytes));
  app.openAPIRegistry.registerPath(model);
  app.openAPIRegistry.registerPath(pipeline);
  // Not by `openapi()`: a body may be an image, which is no JSON to validate.
  app.post('/models/:model', (c) => serve(c, undefined));
  app.post('/models/:model/pipeline/:task', (c) => serve(c, c.req.param('task')));
  return app;
}

async function serve(c: GatewayContext, task: string | undefined): Promise<Response> {
  const question = await readQuestion(c, { model: c.req.param('model') ?? '', pipeline: task });
  const { body: found, timings } = await answer(c.get('context'), question);
  c.header('x-compute-time', String((timings.tokenizationMs + timings.inferenceMs) / 1000));
  setTimings(c, timings);
  return c.json(found);
}
