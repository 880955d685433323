import { createRoute, z } from '@hono/zod-openapi';
import type { OpenAPIHono } from '@hono/zod-openapi';
import { getReplicateSecret } from '../../../services/replicate/webhook-secret.ts';
import type { GatewayEnv } from '../../gateway-env.ts';
import { defineRead, ModelParams, NoParams, pageOf, toPage } from './define.ts';
import { toReplicateModel, toVersion, versionsOf } from './models.ts';

const Version = z.object({
  id: z.string(),
  created_at: z.string(),
  cog_version: z.string(),
  openapi_schema: z.record(z.string(), z.unknown()),
});
const ReplicateModel = z.object({
  url: z.string(),
  owner: z.string(),
  name: z.string(),
  description: z.null(),
  visibility: z.literal('private'),
  run_count: z.int(),
  default_example: z.null(),
  latest_version: Version.nullable(),
});

const account = createRoute(
  defineRead('/account', {
    params: NoParams,
    answer: z.object({ type: z.literal('organization'), username: z.string(), name: z.string() }),
    summary: 'Whose key this is',
  }),
);
const secret = createRoute(
  defineRead('/webhooks/default/secret', {
    params: NoParams,
    answer: z.object({ key: z.string() }),
    summary: 'What webhooks of this façade are signed with',
  }),
);
const model = createRoute(
  defineRead('/models/{owner}/{name}', { params: ModelParams, answer: ReplicateModel, summary: 'A model by name' }),
);
const versions = createRoute(
  defineRead('/models/{owner}/{name}/versions', {
    params: ModelParams,
    answer: pageOf(Version),
    summary: 'Its versions',
  }),
);

export function registerAccount(app: OpenAPIHono<GatewayEnv>): void {
  app.openapi(account, (c) => {
    const { projectId } = c.get('context').actor;
    return c.json({ type: 'organization' as const, username: projectId, name: projectId }, 200);
  });
  app.openapi(secret, (c) => c.json({ key: getReplicateSecret(c.get('context')) }, 200));
  app.openapi(model, async (c) => {
    const { name } = c.req.valid('param');
    return c.json(toReplicateModel(name, await versionsOf(c.get('context'), name)), 200);
  });
  app.openapi(versions, async (c) => {
    const found = await versionsOf(c.get('context'), c.req.valid('param').name);
    return c.json(toPage(found.map(toVersion)), 200);
  });
}
