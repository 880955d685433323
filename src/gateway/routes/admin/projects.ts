import { createRoute, z } from '@hono/zod-openapi';
import type { OpenAPIHono } from '@hono/zod-openapi';
import { CreateProject, page, PageQuery, Project, ProjectWithKey, UpdateProject } from '../../../contract/index.ts';
import { createProject } from '../../../services/projects/create.ts';
import { getProject } from '../../../services/projects/get.ts';
import { listProjects } from '../../../services/projects/list.ts';
import { updateProject } from '../../../services/projects/update.ts';
import type { GatewayEnv } from '../../gateway-env.ts';
import { failures, json } from '../../openapi/responses.ts';

const tags = ['Administration'];
const params = z.object({ project_id: z.string() });

const list = createRoute({
  method: 'get',
  path: '/admin/projects',
  tags,
  summary: 'List the projects of the installation, newest first',
  description: 'Needs the scope `admin:read`.',
  request: { query: PageQuery },
  responses: { 200: json(page(Project), 'A page of projects'), ...failures(400) },
});

const create = createRoute({
  method: 'post',
  path: '/admin/projects',
  tags,
  summary: 'Create a project with its first API key',
  description:
    'Needs the scope `admin:write`. The key has every scope but those of administration; its secret is shown once.',
  request: { body: { required: true, content: { 'application/json': { schema: CreateProject } } } },
  responses: { 200: json(ProjectWithKey, 'The project and its key'), ...failures(400) },
});

const get = createRoute({
  method: 'get',
  path: '/admin/projects/{project_id}',
  tags,
  summary: 'Retrieve a project with its limits',
  description: 'Needs the scope `admin:read`.',
  request: { params },
  responses: { 200: json(Project, 'The project'), ...failures(404) },
});

const update = createRoute({
  method: 'post',
  path: '/admin/projects/{project_id}',
  tags,
  summary: "Change a project's name or limits",
  description: 'Needs the scope `admin:write`. In force at once in this gateway, within 30 seconds in others.',
  request: { params, body: { required: false, content: { 'application/json': { schema: UpdateProject } } } },
  responses: { 200: json(Project, 'The project as it is now'), ...failures(400, 404) },
});

/** Tenants and what each may use. */
export function registerProjects(app: OpenAPIHono<GatewayEnv>): void {
  app.openapi(list, async (c) => c.json(await listProjects(c.get('context'), c.req.valid('query')), 200));
  app.openapi(create, async (c) => c.json(await createProject(c.get('context'), c.req.valid('json')), 200));
  app.openapi(get, async (c) => c.json(await getProject(c.get('context'), c.req.valid('param').project_id), 200));
  app.openapi(update, async (c) =>
    c.json(await updateProject(c.get('context'), c.req.valid('param').project_id, c.req.valid('json')), 200),
  );
}
