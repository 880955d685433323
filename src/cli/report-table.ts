import type { FineTuningReport, MethodReport, SplitMetrics } from '../sdk/index.ts';
import { wrapText } from './wrap-text.ts';

const percent = (value: number): string => (100 * value).toFixed(1);

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
  const tables = DETAILS.map((detail) => ({ detail, lines: formatColumns(tableOf(report, detail)) }));
  const table = tables.find(({ lines }) => columns === undefined || widthOf(lines) <= columns) ?? tables.at(-1);
  const legend = table?.detail.intervals
    ? '* served. Accuracy in %, 95 % interval in brackets.'
    : '* served. Accuracy in %; the intervals do not fit here, --json has them.';
  return `${table?.lines}\n\n${wrapText(legend, columns)}\n${wrapText(report.verdict, columns)}`;
}

const widthOf = (lines: string): number => Math.max(...lines.split('\n').map(({ length }) => length));

function tableOf(report: FineTuningReport, detail: Detail): readonly (readonly string[])[] {
  const [first] = report.methods;
  const ifSeconds = (cell: string): readonly string[] => (detail.seconds ? [cell] : []);
  const accuracy = (split: SplitMetrics): string => formatAccuracy(split, detail);
  const rowOf = (method: MethodReport): readonly string[] => [
    method.method === report.served ? '*' : '',
    method.method,
    accuracy(method.id),
    ...method.shifts.map(accuracy),
    method.validation_loss.toFixed(3),
    ...ifSeconds(method.seconds.toFixed(1)),
  ];
  const shifts = first?.shifts ?? [];
  return [
    ['', 'method', 'held-out', ...shifts.map(({ name }) => name), 'validation loss', ...ifSeconds('seconds')],
    ...report.methods.map(rowOf),
    ['', 'rows', String(first?.id.n ?? 0), ...shifts.map(({ n }) => String(n)), String(report.data.validation)],
  ];
}

const formatAccuracy = ({ accuracy: { value, low, high } }: SplitMetrics, { intervals }: Detail): string =>
  !intervals || low === null || high === null ? percent(value) : `${percent(value)} [${percent(low)}-${percent(high)}]`;

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
