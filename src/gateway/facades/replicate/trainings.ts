import { createRoute, z } from '@hono/zod-openapi';
import type { OpenAPIHono } from '@hono/zod-openapi';
import { CreateJobRequest, ReplicateTraining, ReplicateWebhook } from '../../../contract/index.ts';
import { cancelTraining, createTraining, getTraining, listTrainings } from '../../../services/replicate/trainings.ts';
import type { GatewayEnv } from '../../gateway-env.ts';
import { creationHeaders } from '../../routes/fine-tuning/creation-headers.ts';
import { baseUrlOf, defineCancel, defineCreate, defineRead, IdParams, NoParams, pageOf, toPage } from './define.ts';
import { toFileId } from './inputs.ts';
import { versionId } from './models.ts';

const { training_file, validation_file, seed, levi, hyperparameters } = CreateJobRequest.shape;

const Body = z.looseObject({
  destination: z.string().regex(/^[^/]+\/[^/]+$/, 'must look like "owner/name"'),
  input: z
    .strictObject({ training_file, validation_file, seed, levi, hyperparameters })
    .describe('Of a fine-tuning job; files by id, or by the URL that files.create gave'),
  ...ReplicateWebhook.shape,
});

const answer = ReplicateTraining;
const create = createRoute(
  defineCreate('/models/{owner}/{name}/versions/{version}/trainings', {
    params: z.object({ owner: z.string(), name: z.string(), version: z.string().describe('A backbone') }),
    body: Body,
    answer,
    summary: 'Fine-tune a backbone',
  }),
);
const get = createRoute(defineRead('/trainings/{id}', { params: IdParams, answer, summary: 'A training' }));
const list = createRoute(
  defineRead('/trainings', { params: NoParams, answer: pageOf(answer), summary: 'Trainings, newest first' }),
);
const cancel = createRoute(
  defineCancel('/trainings/{id}/cancel', { params: IdParams, answer, summary: 'Cancel a training' }),
);

export function registerTrainings(app: OpenAPIHono<GatewayEnv>): void {
  app.openapi(create, async (c) => {
    const { destination, input, webhook, webhook_events_filter } = c.req.valid('json');
    const training = await createTraining(c.get('context'), {
      backbone: versionId(c.req.valid('param').version),
      destination,
      input: {
        ...input,
        training_file: toFileId(input.training_file),
        validation_file: toFileId(input.validation_file),
      },
      headers: creationHeaders(c.req),
      baseUrl: baseUrlOf(c.req.url),
      ...(webhook === undefined ? {} : { webhook }),
      ...(webhook_events_filter === undefined ? {} : { webhook_events_filter }),
    });
    return c.json(training, 201);
  });
  app.openapi(get, async (c) =>
    c.json(await getTraining(c.get('context'), c.req.valid('param').id, baseUrlOf(c.req.url)), 200),
  );
  app.openapi(list, async (c) => c.json(toPage(await listTrainings(c.get('context'), baseUrlOf(c.req.url))), 200));
  app.openapi(cancel, async (c) =>
    c.json(await cancelTraining(c.get('context'), c.req.valid('param').id, baseUrlOf(c.req.url)), 200),
  );
}
