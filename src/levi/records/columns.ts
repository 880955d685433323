import type { Columns } from '../../contract/levi.ts';

/** Where a record's parts stand in a row; every default explicit. */
export interface ColumnNames {
  readonly text: readonly string[];
  readonly label: string;
  readonly fields: NonNullable<Columns['fields']>;
  /** Whether the request named the text or the label, so that nothing is to be guessed. */
  readonly isNamed: boolean;
}

export function resolveColumns({ text, label, fields = {} }: Columns = {}): ColumnNames {
  return {
    text: text === undefined ? ['text'] : [text].flat(),
    label: label ?? 'label',
    fields,
    isNamed: text !== undefined || label !== undefined,
  };
}

/** Every column a record is made of, each once. */
export const wantedColumns = ({ text, label, fields }: ColumnNames): readonly string[] => [
  ...new Set([...text, label, ...Object.keys(fields)]),
];

/** How to say which columns there are and how to name others; for error messages. */
export function columnsRemedy(names: readonly string[]): string {
  const shown = names.slice(0, 10).map((name) => `"${name.length > 40 ? `${name.slice(0, 40)}…` : name}"`);
  const more = names.length > 10 ? ` and ${names.length - 10} more` : '';
  return `There is ${shown.join(', ')}${more}. Rename one of them, or name yours in the request: "levi": {"columns": {"text": "…", "label": "…"}}.`;
}
