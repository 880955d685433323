import { createRoute, z } from '@hono/zod-openapi';
import { LevigateError } from '../../../contract/index.ts';
import type { Prediction } from '../../../contract/index.ts';
import { predict } from '../../../services/predict/predict.ts';
import { toLogits } from '../../../services/predict/to-logits.ts';
import { requireWhole } from '../../../services/tokens/require-whole.ts';
import { answering } from './answer.ts';
import { teiPost } from './define.ts';
import { predictSequencesOf, requireContent } from './inputs.ts';
import { Label, PredictBody } from './request.ts';
import type { TeiApp } from './tei-app.ts';

const route = createRoute(
  teiPost('/predict', {
    body: PredictBody,
    answer: z.union([z.array(Label), z.array(z.array(Label))]),
    summary: 'The labels of one input, or of each of a batch',
  }),
);

export const registerPredict = ({ app, metrics, modelOf }: TeiApp): void =>
  void app.openapi(route, async (c) => {
    const { inputs, truncate, raw_scores: isRaw } = c.req.valid('json');
    const { sequences, isBatch } = predictSequencesOf(inputs);
    const texts = sequences.map(onlyText);
    requireContent(texts);
    const ctx = c.get('context');
    const model = modelOf(c);
    const compute = async () => {
      if (truncate === false) await requireWhole(ctx, { model, texts });
      const { response, timings } = await predict(ctx, { model, input: texts });
      return {
        answers: response.data.map((one) => toLabels(one, isRaw)),
        timings,
        tokens: response.usage.input_tokens,
      };
    };
    const { answers } = await answering(c, metrics, { inputs: texts, isBatch, compute });
    return c.json(isBatch ? answers : (answers[0] ?? []), 200);
  });

function onlyText([text = '', ...others]: readonly string[]): string {
  if (others.length === 0) return text;
  throw new LevigateError(
    'invalid_request',
    '`inputs` holds a pair of texts, and this model reads one: send [["a"], ["b"]] for a batch of two',
    { param: 'inputs' },
  );
}

/** By falling score; raw scores are logits. */
const toLabels = (prediction: Prediction, isRaw: boolean): z.infer<typeof Label>[] =>
  prediction.labels.length === 0
    ? [{ score: prediction.value ?? 0, label: 'LABEL_0' }]
    : (isRaw ? toLogits(prediction) : prediction.labels).map(({ label, score }) => ({ score, label }));
