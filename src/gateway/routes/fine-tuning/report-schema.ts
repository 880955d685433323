import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi';
import { FineTuningReport } from '../../../contract/index.ts';
import type { GatewayEnv } from '../../gateway-env.ts';
import { json } from '../../openapi/responses.ts';

const route = createRoute({
  method: 'get',
  path: '/v1/fine_tuning/report.schema.json',
  tags: ['Fine-tuning'],
  summary: "The report's JSON Schema (draft 2020-12); needs no key, as it says nothing of anybody's data",
  security: [],
  responses: { 200: json(z.record(z.string(), z.unknown()), 'The schema') },
});

/** Public, beside the OpenAPI document: a reader of a stored report may have no key. Made on first use. */
export function reportSchema(): OpenAPIHono<GatewayEnv> {
  let schema: object | undefined;
  return new OpenAPIHono<GatewayEnv>().openapi(route, (c) => {
    schema ??= z.toJSONSchema(FineTuningReport, { target: 'draft-2020-12', io: 'input' });
    const $id = new URL(c.req.path, c.req.url).href;
    return c.json({ $id, title: 'The report of a Levigate fine-tuning job', ...schema }, 200);
  });
}
