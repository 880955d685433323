import { createRoute } from '@hono/zod-openapi';
import type { OpenAPIHono } from '@hono/zod-openapi';
import { createId, LevigateError, PredictRecord } from '../../../contract/index.ts';
import type { Prediction, TargetAnswer } from '../../../contract/index.ts';
import { predict } from '../../../services/predict/predict.ts';
import type { GatewayEnv } from '../../gateway-env.ts';
import { failures, json } from '../../openapi/responses.ts';
import { setTimings } from '../../routes/predict/set-timings.ts';
import { answerQuestion } from './answer-question.ts';
import { SystemOneRequest, SystemOneResponse } from './request.ts';
import type { SystemOneQuestion } from './request.ts';

const route = createRoute({
  method: 'post',
  path: '/systemone',
  tags: ['Typed decisions'],
  summary: 'Typed answers (choice, noul, score) of trained adapters about one state',
  description: 'Every model that a question names reads the state in one pass.',
  request: { body: { required: true, content: { 'application/json': { schema: SystemOneRequest } } } },
  responses: {
    200: json(SystemOneResponse, 'One answer a question'),
    ...failures(400, 404, 502, 503, 504),
  },
});

export const registerSystemOne = (app: OpenAPIHono<GatewayEnv>) =>
  app.openapi(route, async (c) => {
    const { model, state, questions } = c.req.valid('json');
    const ctx = c.get('context');
    const asked = Object.entries(questions);
    const models = [...new Set(asked.map(([, question]) => question.model ?? model))];
    const { response, timings } = await predict(ctx, { models, input: toRecord(state) });
    setTimings(c, timings);
    const byModel = new Map(response.data.map((prediction) => [prediction.model, prediction]));
    const found = asked.map(([id, question]) => {
      const prediction = byModel.get(question.model ?? model);
      if (prediction === undefined) throw new Error('internal: a model that was asked did not answer');
      const answer = targetOf(prediction, { id, question });
      return { id, prediction, answer, typed: answerQuestion(answer, question, `questions.${id}`) };
    });
    return c.json(
      {
        id: createId('request').replace(/^req_/, 'dec_'),
        object: 'structured_decision' as const,
        created: Math.floor(ctx.services.clock.nowMs() / 1000),
        model,
        answers: Object.fromEntries(found.map(({ id, typed }) => [id, typed])),
        usage: { input_tokens: response.usage.input_tokens, output_tokens: 0 },
        diagnostics: Object.fromEntries(
          found.map(({ id, prediction, answer }) => [
            id,
            { model: prediction.model, shift_score: prediction.shift_score, disagreement: answer.disagreement },
          ]),
        ),
      },
      200,
    );
  });

/** A state that is a record is read as one; any other object or list as its JSON, which is a text too. */
function toRecord(state: SystemOneRequest['state']): PredictRecord {
  if (typeof state === 'string') return { text: state };
  const record = PredictRecord.safeParse(state);
  return record.success ? record.data : { text: JSON.stringify(state) };
}

/** The only target, or that of the question's own name. */
function targetOf(
  prediction: Prediction,
  { id, question }: { readonly id: string; readonly question: SystemOneQuestion },
): TargetAnswer {
  const { targets } = prediction;
  if (targets === undefined) return prediction;
  const name = question.target ?? id;
  const found = targets[name];
  if (found !== undefined) return found;
  const param = `questions.${id}`;
  throw new LevigateError(
    'invalid_request',
    `"${param}": the model has no target "${name}": name the question, or its "target", one of ${Object.keys(targets).join(', ')}`,
    { param },
  );
}
