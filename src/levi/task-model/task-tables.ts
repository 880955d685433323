import { createMoments, normalArray, stepAdamWRows, tensor } from '../../engine/index.ts';
import type { AdamWOptions, Feeds, Moments, Random, SparseRows, Tensor } from '../../engine/index.ts';
import { SPECIAL_ROWS } from '../fields/fields-encoder.ts';
import { chooseIds, createFieldSlots, embeddedWidth, gatherFields, scatterFields } from './field-embeddings.ts';
import { gatherImages, IMAGE_CHANNELS } from './image-network.ts';
import { createRowSlots, gatherScores, scatterScores } from './ngram-scores.ts';
import type { RowSlots } from './ngram-scores.ts';
import type { TaskInputs } from './task-inputs.ts';
import type { TaskModelSpec } from './task-output.ts';

/** Inputs of a training graph that the host gathers from tables or images; the first two give gradients back. */
export const TASK_NGRAMS = 'task_ngrams';
export const TASK_FIELDS = 'task_fields';
export const TASK_IMAGES = 'task_images';

export const NGRAM_TABLE = 'ngrams';
export const embeddingTable = (field: number): string => `fields.embedding.${field}`;

/** Rows that single examples touch: kept, gathered and trained on the host. */
export interface TaskTable {
  readonly name: string;
  readonly width: number;
  /** `[rows, width]`; changed in place, as `moments`. */
  readonly values: Float32Array;
  readonly moments: Moments;
}

/** The n-grams' table first, then one per categorical or id field. */
export type TaskTables = readonly [TaskTable, ...TaskTable[]];

export function taskModelSpec({ fields, embeddings, images }: TaskInputs): TaskModelSpec {
  return {
    fieldInputs: fields === null ? 0 : embeddedWidth(embeddings) + fields.columns,
    imageSize: images?.size ?? 0,
  };
}

const EMBEDDING_DEVIATION = 0.05;

/** N-grams begin at zero, so that one says nothing before it was learned; embeddings near it, so that they can part. */
export function createTaskTables(
  { ngrams, embeddings }: Pick<TaskInputs, 'ngrams' | 'embeddings'>,
  outputs: number,
  random: Random,
): TaskTables {
  const fields = embeddings.map(({ rows, width }, field): TaskTable => {
    const values = normalArray(random, rows * width, EMBEDDING_DEVIATION).fill(0, 0, SPECIAL_ROWS * width);
    return { name: embeddingTable(field), width, values, moments: createMoments(values.length) };
  });
  const size = ngrams * outputs;
  return [
    { name: NGRAM_TABLE, width: outputs, values: new Float32Array(size), moments: createMoments(size) },
    ...fields,
  ];
}

/** Copies, as an adapter holds them. */
export function tableTensors(tables: TaskTables): Readonly<Record<string, Tensor>> {
  return Object.fromEntries(
    tables.map(({ name, width, values }) => [name, tensor(values.slice(), [values.length / width, width])]),
  );
}

type ReadTable = Pick<TaskTable, 'width' | 'values'>;

export interface TaskBatch {
  readonly feeds: Feeds;
  /** Which row of each field's table each row of the batch reads. */
  readonly ids: readonly Int32Array[];
}

/** Feeds of the chosen rows; `random` replaces some ids by the unknown one, for training. */
export function gatherTask(
  [ngrams, ...embeddings]: readonly [ReadTable, ...ReadTable[]],
  inputs: TaskInputs,
  { chosen, random }: { readonly chosen: Int32Array; readonly random: Random | null },
): TaskBatch {
  const { texts, fields, images, embeddings: sizes } = inputs;
  const rows = chosen.length;
  const scores = gatherScores(ngrams.values, ngrams.width, texts, chosen);
  const ids = fields === null ? [] : chooseIds(fields, sizes, { chosen, random });
  const { fieldInputs, imageSize } = taskModelSpec(inputs);
  const tables = embeddings.map(({ values }) => values);
  const feeds: Record<string, Tensor> = { [TASK_NGRAMS]: tensor(scores, [rows, ngrams.width]) };
  if (fields !== null && fieldInputs > 0)
    feeds[TASK_FIELDS] = tensor(gatherFields({ tables, sizes, fields, chosen, ids }), [rows, fieldInputs]);
  if (images !== null)
    feeds[TASK_IMAGES] = tensor(gatherImages(images, chosen), [rows, IMAGE_CHANNELS, imageSize, imageSize]);
  return { feeds, ids };
}

/** Memory of the tables' updates, reused from step to step. */
export interface TableSlots {
  readonly ngrams: RowSlots;
  readonly fields: readonly RowSlots[];
}

export function createTableSlots({ ngrams, embeddings }: TaskInputs): TableSlots {
  return { ngrams: createRowSlots(ngrams), fields: createFieldSlots(embeddings) };
}

export interface TableStep {
  readonly batch: TaskBatch;
  /** The batch's real rows; those behind them are padding. */
  readonly chosen: Int32Array;
  /** By the names of the graph's inputs. */
  readonly gradients: Readonly<Record<string, Float32Array>>;
  readonly slots: TableSlots;
  /** Counts from 1. */
  readonly step: number;
  readonly options: AdamWOptions;
}

/** One step of every table by the gradients of what was gathered from it. */
export function stepTaskTables(tables: TaskTables, inputs: TaskInputs, update: TableStep): void {
  const { chosen, gradients, slots, step, options } = update;
  const [ngrams, ...embeddings] = tables;
  const none = new Float32Array(0);
  const move = ({ values, moments }: TaskTable, sparse: SparseRows): void =>
    stepAdamWRows({ parameter: values, moments, step, options }, sparse);
  const scores = { texts: inputs.texts, chosen, slots: slots.ngrams };
  move(ngrams, scatterScores(gradients[TASK_NGRAMS] ?? none, ngrams.width, scores));
  if (embeddings.length === 0) return;
  const sparse = scatterFields(inputs.embeddings, {
    gradient: gradients[TASK_FIELDS] ?? none,
    width: taskModelSpec(inputs).fieldInputs,
    ids: update.batch.ids.map((ids) => ids.subarray(0, chosen.length)),
    slots: slots.fields,
  });
  for (const [field, table] of embeddings.entries()) {
    const rows = sparse[field];
    if (rows !== undefined) move(table, rows);
  }
}
