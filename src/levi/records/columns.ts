import type { ChatOptions, FieldType, LeviOptions, Task } from '../../contract/levi.ts';
import { namedExtras, resolveExtras } from './extra-columns.ts';
import type { ExtraColumns } from './extra-columns.ts';
import type { FilePlace } from './training-file-error.ts';

/** Where an answer stands and of which kind it is; undefined: told from the values. */
export interface LabelColumn {
  readonly name: string;
  readonly column: string;
  readonly task: Task | undefined;
}

/** Where a record's parts stand in a row; every default explicit. */
export interface ColumnNames extends ExtraColumns {
  readonly text: readonly string[];
  /** One, or several for a job of several targets. */
  readonly labels: readonly [LabelColumn, ...LabelColumn[]];
  /** `auto`: as the values are, of a type that is told from all of them. */
  readonly fields: Readonly<Record<string, FieldType | 'auto'>>;
  /** Whether every column that is nothing else is a field. */
  readonly areAllFields: boolean;
  readonly isTextNamed: boolean;
  /** Whether a row with `messages` is a chat: not where the request named another text or label. */
  readonly isChatRead: boolean;
  /** Whether the labels are columns of the request's, which may also be keys of a chat's answer. */
  readonly areTargetsNamed: boolean;
  readonly chat: ChatOptions;
  /** Takes every chat as it is read, in place of a record that is made of it. */
  readonly onChat: ((messages: readonly unknown[], place: FilePlace) => void) | undefined;
}

/** What of a request decides how its files are read. */
export type Reading = Pick<LeviOptions, 'columns' | 'task' | 'targets' | 'group_by' | 'chat'>;

/** The name of the only target of an ordinary job. */
export const ONLY_TARGET = 'label';

export function resolveColumns(
  { columns = {}, task, targets, group_by, chat = {} }: Reading = {},
  onChat?: ColumnNames['onChat'],
): ColumnNames {
  const { text, label, fields = {} } = columns;
  return {
    text: text === undefined ? ['text'] : [text].flat(),
    labels: resolveLabels(targets, { name: ONLY_TARGET, column: label ?? onlyKey(chat) ?? 'label', task }),
    fields: fields === 'auto' ? {} : fields,
    areAllFields: fields === 'auto',
    ...resolveExtras({ ...columns, group: group_by ?? columns.group }),
    isTextNamed: text !== undefined,
    isChatRead: text === undefined && label === undefined,
    areTargetsNamed: targets !== undefined,
    chat,
    onChat,
  };
}

/** Of a chat whose answers are objects of one key. */
function onlyKey({ answer = {} }: ChatOptions): string | undefined {
  const [key, ...others] = Object.keys(answer);
  return others.length === 0 ? key : undefined;
}

function resolveLabels(targets: Reading['targets'], only: LabelColumn): ColumnNames['labels'] {
  const [first, ...others] = Object.entries(targets ?? {}).map(([name, { column, task }]) => ({
    name,
    column: column ?? name,
    task,
  }));
  return first === undefined ? [only] : [first, ...others];
}

/** Every column a record is made of, each once. */
export const wantedColumns = (columns: ColumnNames): readonly string[] => [
  ...new Set([
    ...columns.text,
    ...columns.labels.map(({ column }) => column),
    ...Object.keys(columns.fields),
    ...namedExtras(columns),
  ]),
];

/** How to say which columns there are and how to name others; for error messages. */
export function columnsRemedy(names: readonly string[]): string {
  const shown = names.slice(0, 10).map((name) => `"${name.length > 40 ? `${name.slice(0, 40)}…` : name}"`);
  const more = names.length > 10 ? ` and ${names.length - 10} more` : '';
  return `There is ${shown.join(', ')}${more}. Rename one of them, or name yours in the request: "levi": {"columns": {"text": "…", "label": "…"}}.`;
}
