import { LevigateError } from '../../../contract/index.ts';
import type { LabelScore, Prediction, PredictRecord, PredictRequest } from '../../../contract/index.ts';
import type { Context } from '../../../services/context.ts';
import { predict } from '../../../services/predict/predict.ts';
import { toLogits } from '../../../services/predict/to-logits.ts';
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
function toLabels(prediction: Prediction, { top_k, function_to_apply }: Options): LabelScore[] {
  const { labels, value, predicted } = prediction;
  if (labels.length === 0) return [{ label: 'LABEL_0', score: value ?? 0 }];
  const own = predicted === undefined ? 'softmax' : 'sigmoid';
  const wanted = function_to_apply ?? own;
  if (wanted !== 'none' && wanted !== own) {
    throw new LevigateError(
      'unsupported_option',
      `"function_to_apply": the scores of this model are probabilities by ${own}, calibrated as such: ask for "${own}", or for "none" (logits)`,
      { param: 'function_to_apply' },
    );
  }
  const scored = wanted === 'none' ? toLogits(prediction) : labels;
  return scored.slice(0, top_k ?? scored.length);
}
