import { createRoute, z } from '@hono/zod-openapi';
import type { OpenAPIHono } from '@hono/zod-openapi';
import { LevigateError, LIMITS, Model } from '../../../contract/index.ts';
import { importModel } from '../../../services/exports/import-model.ts';
import type { GatewayEnv } from '../../gateway-env.ts';
import { digestBody } from '../../multipart/digest-parts.ts';
import { failures, json } from '../../openapi/responses.ts';

const route = createRoute({
  method: 'post',
  path: '/models/import',
  tags: ['Models'],
  summary: 'Take over a model of another Levigate',
  description:
    'The body is what `GET /v1/models/{model}/export?format=adapter` gave. Answers are the same, bit for bit.',
  request: {
    query: z.object({ suffix: z.string().min(1).max(LIMITS.suffixChars).optional() }),
    body: { required: true, content: { 'application/x-tar': { schema: { type: 'string', format: 'binary' } } } },
  },
  responses: { 200: json(Model, 'The model, ready to predict'), ...failures(400) },
});

export const registerImportModel = (app: OpenAPIHono<GatewayEnv>) =>
  app.openapi(route, async (c) => {
    const { body } = c.req.raw;
    if (!body)
      throw new LevigateError('invalid_request', 'the request body is empty: send the tar of an exported adapter');
    const digest = c.get('bodyDigest');
    const archive = digest ? digestBody(body, digest) : body;
    return c.json(await importModel(c.get('context'), { body: archive, ...c.req.valid('query') }), 200);
  });
