import type { EncodedFields } from '../fields/fields-encoder.ts';
import type { ImageSet } from '../image-set.ts';
import type { EmbeddingSize } from './field-embeddings.ts';
import type { EncodedTexts } from './ngram-vocabulary.ts';

/** What the task model reads of each row: never the backbone's features. */
export interface TaskInputs {
  readonly texts: EncodedTexts;
  /** Number of known n-grams: rows of the n-gram table. */
  readonly ngrams: number;
  readonly fields: EncodedFields | null;
  /** The tables of `fields`. */
  readonly embeddings: readonly EmbeddingSize[];
  readonly images: ImageSet | null;
}

/** Whether there is more to read than text. */
export function hasNetworks({ fields, images }: Pick<TaskInputs, 'fields' | 'images'>): boolean {
  return fields !== null || images !== null;
}
