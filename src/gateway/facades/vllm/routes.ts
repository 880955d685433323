import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi';
import { createId, LIMITS } from '../../../contract/index.ts';
import type { Prediction } from '../../../contract/index.ts';
import { describeModel } from '../../../services/models/describe.ts';
import { predict } from '../../../services/predict/predict.ts';
import { toLogits } from '../../../services/predict/to-logits.ts';
import type { Services } from '../../../services/ports.ts';
import { decode } from '../../../services/tokens/decode.ts';
import type { Context } from '../../../services/context.ts';
import { invalidRequest } from '../../errors/invalid-request.ts';
import type { GatewayEnv } from '../../gateway-env.ts';
import { authenticate } from '../../middleware/authenticate.ts';
import { failures, json } from '../../openapi/responses.ts';
import { setTimings } from '../../routes/predict/set-timings.ts';

const Text = z.string().min(1, 'is empty').max(LIMITS.predictTextChars);
const Ids = z.array(z.int().min(0)).min(1);
const Many = LIMITS.predictInputs;

const Request = z.looseObject({
  model: z.string(),
  input: z.union([Text, Ids, z.array(Text).min(1).max(Many), z.array(Ids).min(1).max(Many)]),
  use_activation: z.boolean().nullish().describe('false: logits instead of probabilities'),
});

const Response = z.object({
  id: z.string(),
  object: z.literal('list'),
  created: z.int(),
  model: z.string(),
  data: z.array(
    z.object({ index: z.int(), label: z.string().nullable(), probs: z.array(z.number()), num_classes: z.int() }),
  ),
  usage: z.object({
    prompt_tokens: z.int(),
    total_tokens: z.int(),
    completion_tokens: z.int(),
    prompt_tokens_details: z.null(),
  }),
});

const route = createRoute({
  method: 'post',
  path: '/classify',
  tags: ['vLLM'],
  summary: "vLLM's classification: probabilities in the order of the model's labels",
  request: { body: { required: true, content: { 'application/json': { schema: Request } } } },
  responses: { 200: json(Response, 'By input'), ...failures(400, 404, 413, 415, 502, 503, 504) },
});

/** `POST /classify`, as vLLM serves pooling models. Failures have OpenAI's shape there too. */
export function vllmRoutes(services: Services): OpenAPIHono<GatewayEnv> {
  const app = new OpenAPIHono<GatewayEnv>({ defaultHook: invalidRequest });
  app.use('/classify', authenticate(services));
  app.openapi(route, async (c) => {
    const { model, input, use_activation: isActivated } = c.req.valid('json');
    const ctx = c.get('context');
    const { labels } = await describeModel(ctx, model);
    const { response, timings } = await predict(ctx, { model, input: await toTexts(ctx, model, input) });
    setTimings(c, timings);
    const { input_tokens: tokens } = response.usage;
    return c.json(
      {
        id: createId('request').replace(/^req_/, 'classify-'),
        object: 'list' as const,
        created: Math.floor(services.clock.nowMs() / 1000),
        model,
        data: response.data.map((prediction, index) => ({
          index,
          label: prediction.label,
          ...numbersOf(prediction, labels, isActivated !== false),
        })),
        usage: { prompt_tokens: tokens, total_tokens: tokens, completion_tokens: 0, prompt_tokens_details: null },
      },
      200,
    );
  });
  return app;
}

/** Token ids are texts of the backbone's vocabulary: the task model reads texts alone. */
async function toTexts(ctx: Context, model: string, input: z.infer<typeof Request>['input']): Promise<string[]> {
  if (typeof input === 'string') return [input];
  const texts = input.filter((item) => typeof item === 'string');
  if (texts.length > 0) return texts;
  const lists = input.filter((item) => typeof item === 'object');
  const ids = lists.length > 0 ? lists : [input.filter((item) => typeof item === 'number')];
  return [...(await decode(ctx, { model, ids, skipSpecialTokens: true }))];
}

/** A number of a regression model is its only "class". */
function numbersOf(prediction: Prediction, labels: readonly string[], isActivated: boolean) {
  if (prediction.labels.length === 0) return { probs: [prediction.value ?? 0], num_classes: 1 };
  const scored = isActivated ? prediction.labels : toLogits(prediction);
  const scores = new Map(scored.map(({ label, score }) => [label, score]));
  return { probs: labels.map((label) => scores.get(label) ?? 0), num_classes: labels.length };
}
