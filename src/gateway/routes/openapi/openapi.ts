import type { OpenAPIHono } from '@hono/zod-openapi';
import type { GatewayEnv } from '../../gateway-env.ts';
import { hoistNamedSchemas, nameContractSchemas } from '../../openapi/name-schemas.ts';
import { withMiddlewareAnswers } from '../../openapi/middleware-answers.ts';
import { VERSION } from '../../../contract/version.ts';

type OpenApiDocument = ReturnType<OpenAPIHono<GatewayEnv>['getOpenAPI31Document']>;

type Paths = NonNullable<OpenApiDocument['paths']>;
type Schemas = NonNullable<NonNullable<OpenApiDocument['components']>['schemas']>;

/** `GET /openapi.json`, made from the routes' own schemas on first use. */
export function registerOpenApi(app: OpenAPIHono<GatewayEnv>): void {
  nameContractSchemas();
  let document: OpenApiDocument | undefined;
  app.get('/openapi.json', (c) => {
    document ??= createDocument(app);
    return c.json({ ...document, servers: [{ url: new URL(c.req.url).origin }] });
  });
}

function createDocument(app: OpenAPIHono<GatewayEnv>): OpenApiDocument {
  app.openAPIRegistry.registerComponent('securitySchemes', 'bearer', {
    type: 'http',
    scheme: 'bearer',
    description: 'An API key of a project',
  });
  const document = app.getOpenAPI31Document({
    openapi: '3.1.0',
    info: {
      title: 'Levigate',
      version: VERSION,
      description: 'Fine-tuning and inference of LEVI adapters: classifiers that hold up when the data shifts.',
      license: { name: 'Apache-2.0', url: 'https://www.apache.org/licenses/LICENSE-2.0' },
    },
    security: [{ bearer: [] }],
    tags: [
      { name: 'Files', description: 'Training and evaluation data' },
      { name: 'Uploads', description: 'Files in parts' },
      { name: 'Fine-tuning', description: 'Jobs that train an adapter' },
      { name: 'Models', description: 'Backbones and adapters' },
      { name: 'Predictions', description: 'Answers of one or many adapters' },
      { name: 'Typed decisions', description: 'Questions of a type, answered by adapters' },
      { name: 'Hugging Face', description: 'For clients of its inference API' },
      { name: 'Text Embeddings Inference', description: 'For clients of TEI 1.9' },
      { name: 'Replicate', description: 'For clients of its predictions and trainings' },
      { name: 'vLLM', description: "For clients of vLLM's classification" },
      { name: 'Embeddings', description: 'Vectors of a backbone' },
      { name: 'Batches', description: 'Files of requests, answered within a day' },
      { name: 'OpenAI', description: 'What code written for chat models asks' },
      { name: 'Usage', description: 'What a project used' },
      { name: 'Webhooks', description: 'Signed notices of finished jobs' },
      { name: 'API keys', description: 'Keys of a project' },
      { name: 'Administration', description: 'The whole installation: projects, limits, what waits, metrics' },
      { name: 'Health', description: 'Whether the gateway answers' },
    ],
  });
  const schemas = new Map<string, unknown>(Object.entries(document.components?.schemas ?? {}));
  // Replaces schemas by references to the same schemas, so the type stays.
  const paths = hoistNamedSchemas(document.paths ?? {}, schemas) as Paths;
  return {
    ...document,
    paths: describeOperations(paths),
    components: { ...document.components, schemas: sortedByName(schemas) as Schemas },
  };
}

/** Operations with an id, by which client generators name their functions, and with what middleware answers. */
function describeOperations(paths: Paths): Paths {
  const described: Record<string, Record<string, unknown>> = {};
  for (const [path, item] of Object.entries(paths)) {
    const operations: [string, object][] = Object.entries(item);
    described[path] = Object.fromEntries(
      operations.map(([method, operation]) => [
        method,
        {
          operationId: toOperationId(method, path),
          ...(path.startsWith('/v1/') ? withMiddlewareAnswers(method, operation) : operation),
        },
      ]),
    );
  }
  return described;
}

/** `get /v1/files/{file_id}/content` becomes `get_files_file_id_content`. */
const toOperationId = (method: string, path: string): string =>
  `${method}_${path
    .replace(/^\/v1\//, '')
    .replaceAll(/[{}]/g, '')
    .replaceAll(/\W+/g, '_')
    .replace(/^_/, '')}`;

const sortedByName = (schemas: ReadonlyMap<string, unknown>): Record<string, unknown> =>
  Object.fromEntries([...schemas].toSorted(([a], [b]) => (a < b ? -1 : 1)));
