import { createFieldsEncoder, numberColumns } from '../fields/fields-encoder.ts';
import type { FieldValues } from '../fields/field-values.ts';
import type { FieldsSchema } from '../fields/fields-schema.ts';
import type { ImageSet } from '../image-set.ts';
import { embeddedWidth, embeddingSizes } from './field-embeddings.ts';
import { createNgramEncoder } from './ngram-vocabulary.ts';
import type { TaskInputs } from './task-inputs.ts';
import type { TaskModelSpec } from './task-output.ts';

/** What a task model knows of its inputs, learned from the training rows. */
export interface TaskKnowledge {
  /** N-gram buckets, ascending. */
  readonly vocabulary: Int32Array;
  /** Empty without fields. */
  readonly schema: FieldsSchema;
  /** Height and width of the thumbnails; 0 without images. */
  readonly imageSize: number;
}

/** Rows as they come, before anything is known of them. */
export interface RawTaskInputs {
  readonly texts: readonly string[];
  /** Of each row; a job without fields reads none. */
  readonly fields?: readonly (FieldValues | undefined)[] | undefined;
  readonly images?: ImageSet | undefined;
}

export type TaskReader = (raw: RawTaskInputs) => TaskInputs;

/** Rows to what a task model of this knowledge reads of them. */
export function createTaskReader({ vocabulary, schema, imageSize }: TaskKnowledge): TaskReader {
  const encodeTexts = createNgramEncoder(vocabulary);
  const encodeFields = schema.length === 0 ? null : createFieldsEncoder(schema);
  const embeddings = embeddingSizes(schema);
  return ({ texts, fields, images }) => ({
    texts: encodeTexts(texts),
    ngrams: vocabulary.length,
    fields: encodeFields?.(fields ?? texts.map(() => undefined)) ?? null,
    embeddings,
    images: imageSize === 0 ? null : imagesOf(images, imageSize),
  });
}

function imagesOf(images: ImageSet | undefined, imageSize: number): ImageSet {
  if (images?.size === imageSize) return images;
  throw new Error(`internal: a task model of images of ${imageSize} pixels was given ${images?.size ?? 'none'}`);
}

/** The networks that read such inputs. */
export function describeTaskModel({ schema, imageSize }: Pick<TaskKnowledge, 'schema' | 'imageSize'>): TaskModelSpec {
  return { fieldInputs: embeddedWidth(embeddingSizes(schema)) + numberColumns(schema), imageSize };
}
