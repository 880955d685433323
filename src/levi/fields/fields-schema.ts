import { z } from 'zod';
import { LIMITS } from '../../contract/limits.ts';
import { MAX_VALUE_CHARS } from './field-values.ts';

/** Fields beyond these, in the order they are met, are not learned from. */
export const MAX_FIELDS = 64;
/** Embeddings of all fields together: with 16 numbers each, 16 MB. */
export const MAX_EMBEDDINGS = 2 ** 18;
/** Of one field. */
export const MAX_VALUES = 2 ** 16;

const Name = z.string().min(1).max(LIMITS.columnNameChars);
/** Whether rows without a value were learned from; else a missing value is like an unknown one, or like the mean. */
const HasMissing = z.boolean();
const Spread = { mean: z.number(), deviation: z.number().positive() };

const NamedField = z.object({
  type: z.enum(['categorical', 'id']),
  name: Name,
  /** Most frequent first. Any other is unknown. */
  values: z
    .array(z.string().min(1).max(MAX_VALUE_CHARS))
    .min(1)
    .max(MAX_VALUES)
    .refine((values) => new Set(values).size === values.length, 'names a value twice'),
  has_missing: HasMissing,
});
const NumberField = z.object({ type: z.literal('number'), name: Name, ...Spread, has_missing: HasMissing });
const DateField = z.object({
  type: z.literal('date'),
  name: Name,
  /** Of the days since 1970-01-01. */
  ...Spread,
  has_time: z.boolean(),
  has_missing: HasMissing,
});

/** One field as the task model reads it; all of it learned from the training rows. */
export const FieldSchema = z.discriminatedUnion('type', [NamedField, NumberField, DateField]);
export type FieldSchema = z.infer<typeof FieldSchema>;
export type NamedField = z.infer<typeof NamedField>;
export type DateField = z.infer<typeof DateField>;

/** The fields of an adapter, part of its manifest. */
export const FieldsSchema = z
  .array(FieldSchema)
  .max(MAX_FIELDS)
  .refine((fields) => new Set(fields.map(({ name }) => name)).size === fields.length, 'names a field twice')
  .refine(
    (fields) =>
      fields.reduce((total, field) => total + ('values' in field ? field.values.length : 0), 0) <= MAX_EMBEDDINGS,
    `has more than ${MAX_EMBEDDINGS} values`,
  );
export type FieldsSchema = readonly FieldSchema[];

export function isNamed(field: FieldSchema): field is NamedField {
  return field.type === 'categorical' || field.type === 'id';
}
