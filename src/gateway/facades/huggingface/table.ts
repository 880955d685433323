import { LevigateError } from '../../../contract/index.ts';
import type { PredictRecord } from '../../../contract/index.ts';
import type { Context } from '../../../services/context.ts';
import { predict } from '../../../services/predict/predict.ts';
import type { Question, Table } from './request.ts';
import type { TaskAnswer } from './task-answer.ts';

/** The column that a backbone reads; every other one is a field. */
const TEXT_COLUMN = 'text';

/** A number per row of the table, or its label where the model answers labels that are no numbers. */
export const answerTable = async (ctx: Context, { model, inputs }: Question): Promise<TaskAnswer> => {
  if (typeof inputs === 'string' || Array.isArray(inputs) || !('data' in inputs)) {
    throw new LevigateError('invalid_request', '"inputs": give {"data": {"column": [...]}}', { param: 'inputs' });
  }
  const { response, timings } = await predict(ctx, { model, input: toRecords(inputs) });
  const body = response.data.map(({ value, label }) => {
    const number = value ?? Number(label);
    return Number.isNaN(number) ? label : number;
  });
  return { body, timings };
};

function toRecords({ data }: Table): PredictRecord[] {
  const columns = Object.entries(data);
  const rows = columns[0]?.[1].length ?? 0;
  return Array.from({ length: rows }, (_, row) => {
    const cells = columns.map(([name, values]) => [name, values[row]] as const);
    const text = cells.find(([name]) => name === TEXT_COLUMN)?.[1];
    const fields = Object.fromEntries(cells.filter(([name]) => name !== TEXT_COLUMN));
    return { ...(typeof text === 'string' ? { text } : {}), fields };
  });
}
