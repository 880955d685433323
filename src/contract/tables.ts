/** The keys of a table that is written out in the code: it has these and no others. */
export const keysOf = <Table extends object>(table: Table): readonly (keyof Table & string)[] =>
  Object.keys(table) as (keyof Table & string)[];

/** A table with one row for each key. */
export const tableOf = <Key extends PropertyKey, Row>(
  keys: readonly Key[],
  rowOf: (key: Key) => Row,
): Record<Key, Row> => Object.fromEntries(keys.map((key) => [key, rowOf(key)])) as Record<Key, Row>;
