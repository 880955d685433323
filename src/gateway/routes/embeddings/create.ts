import { createRoute } from '@hono/zod-openapi';
import type { OpenAPIHono } from '@hono/zod-openapi';
import { EmbeddingsRequest, EmbeddingsResponse } from '../../../contract/index.ts';
import { createEmbeddings } from '../../../services/embeddings/create.ts';
import type { GatewayEnv } from '../../gateway-env.ts';
import { failures, json } from '../../openapi/responses.ts';
import { setTimings } from '../predict/set-timings.ts';

const route = createRoute({
  method: 'post',
  path: '/embeddings',
  tags: ['Embeddings'],
  summary: 'Embed texts with a backbone',
  description:
    'Vectors of unit length. What is longer than the backbone reads loses its end; `usage.truncated_inputs` counts such inputs.',
  request: { body: { required: true, content: { 'application/json': { schema: EmbeddingsRequest } } } },
  responses: {
    200: json(EmbeddingsResponse, 'A vector per input, in their order'),
    ...failures(400, 404, 502, 503, 504),
  },
});

export const registerCreateEmbeddings = (app: OpenAPIHono<GatewayEnv>) =>
  app.openapi(route, async (c) => {
    const { response, timings } = await createEmbeddings(c.get('context'), c.req.valid('json'));
    setTimings(c, timings);
    return c.json(response, 200);
  });
