import { createRoute, z } from '@hono/zod-openapi';
import type { OpenAPIHono } from '@hono/zod-openapi';
import { createPrediction, getPrediction, listPredictions } from '../../../services/replicate/predictions.ts';
import { ReplicatePrediction, ReplicateWebhook } from '../../../contract/index.ts';
import type { GatewayEnv } from '../../gateway-env.ts';
import {
  baseUrlOf,
  defineCancel,
  defineCreate,
  defineRead,
  IdParams,
  ModelParams,
  NoParams,
  pageOf,
  toPage,
} from './define.ts';
import { readInput } from './inputs.ts';
import { versionId, versionsOf } from './models.ts';

const Input = z
  .record(z.string(), z.unknown())
  .describe('`text`, `image` (a file, base64 or a data URI) and `fields`, or `texts`');
const OfModel = z.looseObject({ input: Input, ...ReplicateWebhook.shape });
const OfVersion = OfModel.extend({ version: z.string().describe('A fine-tuned model, also as `owner/name:model`') });

const answer = ReplicatePrediction;
const create = createRoute(
  defineCreate('/predictions', { params: NoParams, body: OfVersion, answer, summary: 'Predict with a version' }),
);
const createOfModel = createRoute(
  defineCreate('/models/{owner}/{name}/predictions', {
    params: ModelParams,
    body: OfModel,
    answer,
    summary: "Predict with the newest version of a training's destination",
  }),
);
const get = createRoute(
  defineRead('/predictions/{id}', { params: IdParams, answer, summary: 'A prediction of the last hour' }),
);
const list = createRoute(
  defineRead('/predictions', {
    params: NoParams,
    answer: pageOf(answer),
    summary: 'The last predictions, newest first',
  }),
);
const cancel = createRoute(
  defineCancel('/predictions/{id}/cancel', {
    params: IdParams,
    answer,
    summary: 'Answers the prediction, which has ended',
  }),
);

export function registerPredictions(app: OpenAPIHono<GatewayEnv>): void {
  app.openapi(create, async (c) => {
    const { version, ...rest } = c.req.valid('json');
    const input = await readInput(c.get('context'), rest.input);
    const request = { ...toRequest({ ...rest, input }), model: versionId(version), baseUrl: baseUrlOf(c.req.url) };
    return c.json(await createPrediction(c.get('context'), request), 201);
  });
  app.openapi(createOfModel, async (c) => {
    const [newest] = await versionsOf(c.get('context'), c.req.valid('param').name);
    const { input: given, ...rest } = c.req.valid('json');
    const input = await readInput(c.get('context'), given);
    const request = { ...toRequest({ ...rest, input }), model: newest?.id ?? '', baseUrl: baseUrlOf(c.req.url) };
    return c.json(await createPrediction(c.get('context'), request), 201);
  });
  app.openapi(get, async (c) => c.json(await getPrediction(c.get('context'), c.req.valid('param').id), 200));
  app.openapi(list, async (c) => c.json(toPage(await listPredictions(c.get('context'))), 200));
  app.openapi(cancel, async (c) => c.json(await getPrediction(c.get('context'), c.req.valid('param').id), 200));
}

const toRequest = ({ input, webhook, webhook_events_filter }: z.infer<typeof OfModel>) => ({
  input,
  ...(webhook === undefined ? {} : { webhook }),
  ...(webhook_events_filter === undefined ? {} : { webhook_events_filter }),
});
