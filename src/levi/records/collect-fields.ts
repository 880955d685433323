import type { Columns, FieldType } from '../../contract/levi.ts';
import { trainingFileError } from './training-file-error.ts';
import type { NumberedRecord } from './training-record.ts';
import { MAX_FIELDS } from '../fields/fields-schema.ts';
import { inferFieldType } from '../fields/infer-field-type.ts';
import { numberIn, summariseField } from '../fields/summarise-field.ts';
import type { FieldSummariser } from '../fields/summarise-field.ts';

export interface FoundField {
  readonly type: FieldType;
  /** Told from the values, as nobody declared it. */
  readonly inferred: boolean;
  /** Rows without a value. */
  readonly missing: number;
  /** Different values; counted up to 20,000. */
  readonly distinct: number;
}

export interface FieldCollector {
  readonly add: (numbered: NumberedRecord) => void;
  /** Throws `invalid_training_file` for infinity in a field that is read as a number because all its values are. */
  readonly found: () => Readonly<Record<string, FoundField>>;
}

/** Counts the fields of the training file while it is read, and tells the types of those that were not declared. */
export function collectFields(declared: Columns['fields'] = {}, file = 'training_file'): FieldCollector {
  const types = declared === 'auto' ? {} : declared;
  const fields = new Map<string, Field>(Object.keys(types).map((name) => [name, newField(name)]));
  let rows = 0;
  return {
    add: ({ line, record }) => {
      rows += 1;
      for (const [name, value] of Object.entries(record.fields ?? {})) {
        const field = fields.get(name) ?? (fields.size < MAX_FIELDS ? newField(name) : undefined);
        if (field === undefined) continue;
        fields.set(name, field);
        field.summariser.add(value);
        const number = field.infinite === undefined ? numberIn(value) : undefined;
        if (number === Infinity || number === -Infinity) field.infinite = line;
      }
    },
    found: () =>
      Object.fromEntries(
        [...fields].map(([name, field]) => [name, toFound(field, { rows, file, declared: typeOf(types, name) })]),
      ),
  };
}

interface Field {
  readonly summariser: FieldSummariser;
  /** The first line with an infinite value. */
  infinite: number | undefined;
}

const newField = (name: string): Field => ({ summariser: summariseField(name), infinite: undefined });

function typeOf(types: Readonly<Record<string, FieldType | 'auto'>>, name: string): FieldType | undefined {
  const type = Object.hasOwn(types, name) ? types[name] : undefined;
  return type === 'auto' ? undefined : type;
}

interface Finding {
  readonly rows: number;
  readonly file: string;
  readonly declared: FieldType | undefined;
}

function toFound({ summariser, infinite }: Field, { rows, file, declared }: Finding): FoundField {
  const summary = summariser.summary();
  const type = declared ?? inferFieldType(summary);
  if (type === 'number' && infinite !== undefined)
    throw trainingFileError(
      { file, line: infinite, field: summary.name },
      'is infinite, in a field whose values are numbers. Correct it, leave it empty, or declare the field "categorical".',
    );
  return { type, inferred: declared === undefined, missing: rows - summary.values, distinct: summary.distinct };
}
