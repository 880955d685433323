import type { Columns, FieldType } from '../../contract/levi.ts';
import { namedExtras, resolveExtras } from './extra-columns.ts';
import type { ExtraColumns } from './extra-columns.ts';

/** Where a record's parts stand in a row; every default explicit. */
export interface ColumnNames extends ExtraColumns {
  readonly text: readonly string[];
  readonly label: string;
  /** `auto`: as the values are, of a type that is told from all of them. */
  readonly fields: Readonly<Record<string, FieldType | 'auto'>>;
  /** Whether every column that is nothing else is a field. */
  readonly areAllFields: boolean;
  readonly isTextNamed: boolean;
  /** Whether the request named the text or the label, so that nothing is to be guessed. */
  readonly isNamed: boolean;
}

export function resolveColumns(columns: Columns = {}): ColumnNames {
  const { text, label, fields = {} } = columns;
  return {
    text: text === undefined ? ['text'] : [text].flat(),
    label: label ?? 'label',
    fields: fields === 'auto' ? {} : fields,
    areAllFields: fields === 'auto',
    ...resolveExtras(columns),
    isTextNamed: text !== undefined,
    isNamed: text !== undefined || label !== undefined,
  };
}

/** Every column a record is made of, each once. */
export const wantedColumns = (columns: ColumnNames): readonly string[] => [
  ...new Set([...columns.text, columns.label, ...Object.keys(columns.fields), ...namedExtras(columns)]),
];

/** How to say which columns there are and how to name others; for error messages. */
export function columnsRemedy(names: readonly string[]): string {
  const shown = names.slice(0, 10).map((name) => `"${name.length > 40 ? `${name.slice(0, 40)}…` : name}"`);
  const more = names.length > 10 ? ` and ${names.length - 10} more` : '';
  return `There is ${shown.join(', ')}${more}. Rename one of them, or name yours in the request: "levi": {"columns": {"text": "…", "label": "…"}}.`;
}
