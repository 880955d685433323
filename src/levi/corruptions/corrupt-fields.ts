import type { Random } from '../../engine/index.ts';
import type { FieldTypes } from '../fields/learn-fields-schema.ts';

export type Fields = Readonly<Record<string, unknown>>;

/** Half of a row's fields are left out, one at least. */
export function dropFields(fields: Fields, random: Random): Fields {
  const names = Object.keys(fields);
  const dropped = random.integer(Math.max(1, names.length));
  return Object.fromEntries(Object.entries(fields).filter((_, index) => random.uniform() >= 0.5 && index !== dropped));
}

/** Every id becomes one that no file holds. */
export function renameIds(fields: Fields, random: Random, types: FieldTypes): Fields {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [
      name,
      types[name] === 'id' ? `unseen-${random.word().toString(16)}-${random.word().toString(16)}` : value,
    ]),
  );
}
