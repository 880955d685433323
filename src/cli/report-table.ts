import type { FineTuningReport, MethodReport, ShiftKind, SplitMetrics, TargetReport } from '../sdk/index.ts';
import { wrapText } from './wrap-text.ts';

const percent = (value: number): string => (100 * value).toFixed(1);

const METRICS = {
  accuracy: { title: 'Accuracy in %', format: percent },
  example_f1: { title: 'F1 of each row in %', format: percent },
  rmse: { title: 'Root of the mean squared error, less is better', format: (value: number) => value.toPrecision(4) },
} as const satisfies Record<FineTuningReport['metric']['name'], unknown>;

interface Detail {
  readonly intervals: boolean;
  readonly seconds: boolean;
}

/** From the fullest to what a narrow terminal and many shifts leave room for. */
const DETAILS: readonly Detail[] = [
  { intervals: true, seconds: true },
  { intervals: true, seconds: false },
  { intervals: false, seconds: true },
  { intervals: false, seconds: false },
];

/**
 * The report as a plain-text table: one line per method, the served one marked, and the verdict below.
 * @param columns of the terminal: leaves out what does not fit, and wraps the text
 */
export function formatReport(report: FineTuningReport, columns?: number): string {
  const { other_targets: others } = report;
  if (others.length === 0) return formatTarget(report, columns);
  return [report, ...others].map((each) => `  ${each.target}\n${formatTarget(each, columns)}`).join('\n\n');
}

function formatTarget(report: TargetReport, columns: number | undefined): string {
  const tables = DETAILS.map((detail) => ({ detail, lines: formatColumns(tableOf(report, detail)) }));
  const table = tables.find(({ lines }) => columns === undefined || widthOf(lines) <= columns) ?? tables.at(-1);
  const figure = METRICS[report.metric.name].title;
  const legend = table?.detail.intervals
    ? `* served. ${figure}, 95 % interval in brackets.`
    : `* served. ${figure}; the intervals do not fit here, --json has them.`;
  const notes = [legend, ...KINDS.flatMap((kind) => describeKind(report, kind)), report.verdict];
  return `${table?.lines}\n\n${notes.map((note) => wrapText(note, columns)).join('\n')}`;
}

/** Of these the table has room for the mean alone. */
const KINDS = ['group', 'corruption'] as const;
const KIND_WORDS = {
  group: { column: 'left out', line: 'Groups, each left out of training in turn' },
  corruption: { column: 'corrupted', line: 'Held-out rows with built-in corruptions' },
} as const satisfies Record<(typeof KINDS)[number], unknown>;

/** The served method's figures, one by one. */
function describeKind(report: TargetReport, kind: (typeof KINDS)[number]): readonly string[] {
  const served = report.methods.find(({ method }) => method === report.served);
  const shifts = ofKind(served, kind);
  if (shifts.length === 0) return [];
  const { format } = METRICS[report.metric.name];
  const figures = shifts.map(({ name, score: { value } }) => `${name} ${format(value)}`);
  const worst = kind === 'group' && report.worst_group ? `; worst ${report.worst_group.name}` : '';
  return [`${KIND_WORDS[kind].line} (${report.served}): ${figures.join(', ')}${worst}.`];
}

const ofKind = (method: MethodReport | undefined, kind: ShiftKind): MethodReport['shifts'] =>
  (method?.shifts ?? []).filter((shift) => shift.kind === kind);

const widthOf = (lines: string): number => Math.max(...lines.split('\n').map(({ length }) => length));

function tableOf(report: TargetReport, detail: Detail): readonly (readonly string[])[] {
  const [first] = report.methods;
  const ifSeconds = (cell: string): readonly string[] => (detail.seconds ? [cell] : []);
  const { format } = METRICS[report.metric.name];
  const score = (split: SplitMetrics): string => formatScore(split, format, detail);
  const kinds = KINDS.filter((kind) => ofKind(first, kind).length > 0);
  const rowOf = (method: MethodReport): readonly string[] => [
    method.method === report.served ? '*' : '',
    method.method,
    score(method.id),
    ...ofKind(method, 'file').map(score),
    ...kinds.map((kind) => format(meanScore(ofKind(method, kind)))),
    method.validation_loss.toFixed(3),
    ...ifSeconds(method.seconds.toFixed(1)),
  ];
  const files = ofKind(first, 'file');
  const ofKinds = (cell: (kind: (typeof KINDS)[number]) => string): readonly string[] => kinds.map(cell);
  const sizes = [...files.map(({ n }) => String(n)), ...ofKinds((kind) => `mean of ${ofKind(first, kind).length}`)];
  const names = [...files.map(({ name }) => name), ...ofKinds((kind) => KIND_WORDS[kind].column)];
  return [
    ['', 'method', 'held-out', ...names, 'validation loss', ...ifSeconds('seconds')],
    ...report.methods.map(rowOf),
    ['', 'rows', String(first?.id.n ?? 0), ...sizes, String(report.data.validation)],
  ];
}

const meanScore = (shifts: readonly SplitMetrics[]): number =>
  shifts.reduce((sum, { score }) => sum + score.value, 0) / shifts.length;

function formatScore(
  { score: { value, low, high } }: SplitMetrics,
  format: (value: number) => string,
  { intervals }: Detail,
): string {
  if (!intervals || low === null || high === null) return format(value);
  return `${format(value)} [${format(low)}-${format(high)}]`;
}

/** Left-aligned columns two spaces apart. */
export function formatColumns(rows: readonly (readonly string[])[]): string {
  const widths = rows.reduce<number[]>(
    (found, row) => row.map((cell, column) => Math.max(found[column] ?? 0, cell.length)),
    [],
  );
  return rows
    .map((row) => `  ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')}`.trimEnd())
    .join('\n');
}
