import { LIMITS } from '../../contract/limits.ts';
import type { ExtraColumns } from './extra-columns.ts';
import { readField } from './read-field.ts';
import { readImage } from './read-image.ts';
import { cellOf } from './row.ts';
import type { Row } from './row.ts';
import { trainingFileError } from './training-file-error.ts';
import type { FilePlace } from './training-file-error.ts';
import type { TrainingRecord } from './training-record.ts';

type Extras = Pick<TrainingRecord, 'image' | 'group' | 'weight' | 'id'>;

/**
 * What a record has beside text, label and fields. Image, group and weight, where they are asked for, must be in every row, an id may lack.
 * @param hasText whether the row has a text: a column of images that nobody named is then left alone
 */
export function readExtras(row: Row, columns: ExtraColumns, place: FilePlace, hasText: boolean): Extras {
  const cell = <Value>(
    name: string | undefined,
    read: (value: unknown, place: FilePlace) => Value,
  ): Value | undefined => (name === undefined ? undefined : read(cellOf(row, name), { ...place, field: name }));
  const isImageRead = columns.isImageNamed || (!hasText && Object.hasOwn(row, columns.image));
  const image = cell(isImageRead ? columns.image : undefined, readPresentImage);
  const group = cell(columns.group, readGroup);
  const weight = cell(columns.weight, readWeight);
  const id = cell(columns.id, readId);
  return {
    ...(image === undefined ? {} : { image }),
    ...(group === undefined ? {} : { group }),
    ...(weight === undefined ? {} : { weight }),
    ...(id === undefined ? {} : { id }),
  };
}

function readPresentImage(value: unknown, place: FilePlace): Uint8Array {
  if (value === undefined || value === null || value === '')
    throw trainingFileError(place, 'is missing. Remove the row or give it an image.');
  return readImage(value, place);
}

function readGroup(value: unknown, place: FilePlace): string | undefined {
  const group = readField(value, 'id', place);
  // Only the training file is ever divided by groups.
  if (group === undefined && place.file !== 'training_file') return undefined;
  if (group === undefined)
    throw trainingFileError(
      place,
      'is missing. Every row needs a group where rows are grouped; give the rest one of their own, such as "other".',
    );
  return cut(String(group), place);
}

function readWeight(value: unknown, place: FilePlace): number | undefined {
  const weight = readField(value, 'number', place);
  if (weight === undefined && place.file !== 'training_file') return undefined;
  if (typeof weight === 'number' && weight > 0) return weight;
  throw trainingFileError(
    place,
    'must be a number above 0: what the row counts relative to the others. Remove rows that are to count for nothing.',
  );
}

function readId(value: unknown, place: FilePlace): string | undefined {
  const id = readField(value, 'id', place);
  return id === undefined ? undefined : cut(String(id), place);
}

function cut(name: string, place: FilePlace): string {
  if (name.length <= LIMITS.labelChars) return name;
  throw trainingFileError(place, `is longer than ${LIMITS.labelChars} characters. Is a text in the wrong column?`);
}
