import type { FieldCorruption, TextCorruption } from '../../contract/levi.ts';
import type { Random } from '../../engine/index.ts';
import type { FieldTypes } from '../fields/learn-fields-schema.ts';
import type { TrainingRecord } from '../records/training-record.ts';
import { addTypos } from './add-typos.ts';
import { changeCase } from './change-case.ts';
import { changePunctuation } from './change-punctuation.ts';
import { dropFields, renameIds } from './corrupt-fields.ts';
import type { Fields } from './corrupt-fields.ts';
import { dropWords } from './drop-words.ts';
import { respellText } from './respell-text.ts';
import { truncateText } from './truncate-text.ts';

/** One row as it might arrive from elsewhere; the same object where there is nothing in it to change. */
export type RecordCorruption = (record: TrainingRecord, random: Random, types: FieldTypes) => TrainingRecord;

/** Those that need no decoder. A further one is a further row. */
export const RECORD_CORRUPTIONS = {
  typos: ofText(addTypos),
  case: ofText(changeCase),
  punctuation: ofText(changePunctuation),
  dropped_words: ofText(dropWords),
  truncation: ofText(truncateText),
  spelling: ofText(respellText),
  missing_fields: ofFields(dropFields),
  unseen_ids: ofFields(renameIds),
} as const satisfies Record<TextCorruption | FieldCorruption, RecordCorruption>;

function ofText(corrupt: (text: string, random: Random) => string): RecordCorruption {
  return (record, random) => {
    const text = corrupt(record.text, random);
    // A text that was nothing but marks stays: no one sends an empty one.
    return text === record.text || text.trim() === '' ? record : { ...record, text };
  };
}

function ofFields(corrupt: (fields: Fields, random: Random, types: FieldTypes) => Fields): RecordCorruption {
  return (record, random, types) => {
    const { fields = {} } = record;
    const corrupted = corrupt(fields, random, types);
    const names = Object.keys(fields);
    const isSame =
      names.length === Object.keys(corrupted).length && names.every((name) => fields[name] === corrupted[name]);
    return isSame ? record : { ...record, fields: corrupted };
  };
}
