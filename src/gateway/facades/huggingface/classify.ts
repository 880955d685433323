import { LevigateError } from '../../../contract/index.ts';
import type { LabelScore, Prediction, PredictRecord, PredictRequest } from '../../../contract/index.ts';
import type { Context } from '../../../services/context.ts';
import { predict } from '../../../services/predict/predict.ts';
import type { Inputs, Options, Question } from './request.ts';
import type { TaskAnswer } from './task-answer.ts';

/** One list of labels per text, nested for a single text too: a flat list is refused by `@huggingface/inference`. */
export const classifyTexts = async (ctx: Context, { model, inputs, options }: Question): Promise<TaskAnswer> => {
  const { response, timings } = await predict(ctx, { model, input: textInputs(inputs) });
  return { body: response.data.map((prediction) => toLabels(prediction, options)), timings };
};

// What Hugging Face's image pipeline gives unless told otherwise.
const IMAGE_LABELS = 5;

/** A flat list for one image. */
export const classifyImages = async (ctx: Context, { model, inputs, options }: Question): Promise<TaskAnswer> => {
  const { response, timings } = await predict(ctx, { model, input: imageInput(inputs) });
  const [prediction] = response.data;
  const body = prediction ? toLabels(prediction, { ...options, top_k: options.top_k ?? IMAGE_LABELS }) : [];
  return { body, timings };
};

function textInputs(inputs: Inputs): PredictRequest['input'] {
  if (typeof inputs === 'string' || Array.isArray(inputs)) return inputs;
  if ('data' in inputs || 'source_sentence' in inputs) throw wrongInputs('a text, or a list of them');
  return toRecord(inputs);
}

function imageInput(inputs: Inputs): PredictRecord {
  if (typeof inputs === 'string') return { image: inputs };
  if (Array.isArray(inputs) || 'data' in inputs || 'source_sentence' in inputs)
    throw wrongInputs('one image as base64');
  return toRecord(inputs);
}

function toRecord(record: PredictRecord): PredictRecord {
  if (Object.values(record).some((part) => part !== undefined)) return record;
  throw wrongInputs('a record with "text", "image" or "fields"');
}

const wrongInputs = (wanted: string): LevigateError =>
  new LevigateError('invalid_request', `"inputs": this task wants ${wanted}`, { param: 'inputs' });

/** A number is given as the one label of a regression model, as Transformers names it. */
function toLabels({ labels, value, predicted }: Prediction, { top_k, function_to_apply }: Options): LabelScore[] {
  if (labels.length === 0) return [{ label: 'LABEL_0', score: value ?? 0 }];
  const shape = SHAPES[predicted === undefined ? 'softmax' : 'sigmoid'];
  const wanted = function_to_apply ?? shape.own;
  if (wanted !== 'none' && wanted !== shape.own) {
    throw new LevigateError(
      'unsupported_option',
      `"function_to_apply": the scores of this model are probabilities by ${shape.own}, calibrated as such: ask for "${shape.own}", or for "none" (logits)`,
      { param: 'function_to_apply' },
    );
  }
  const scored = wanted === 'none' ? labels.map(({ label, score }) => ({ label, score: shape.logit(score) })) : labels;
  return scored.slice(0, top_k ?? scored.length);
}

// Probabilities that were rounded to 0 or 1 have no finite logit.
const LEAST = 1e-12;
const logOf = (share: number): number => Math.log(Math.max(share, LEAST));

/** Labels that exclude each other, and those that do not. Logits are known up to what their function does not see. */
const SHAPES = {
  softmax: { own: 'softmax', logit: logOf },
  sigmoid: { own: 'sigmoid', logit: (score: number) => logOf(score) - logOf(1 - score) },
} as const;
