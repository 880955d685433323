import type { FineTuningReport, SplitMetrics } from '../sdk/index.ts';

const percent = (value: number): string => (100 * value).toFixed(1);

/** The report as a plain-text table: one line per method, the served one marked. */
export function formatReport(report: FineTuningReport): string {
  const shiftNames = report.methods[0]?.shifts.map(({ name }) => name) ?? [];
  const header = ['', 'method', 'held-out', ...shiftNames, 'validation loss', 'seconds'];
  const rows = report.methods.map((method) => [
    method.method === report.served ? '*' : '',
    method.method,
    formatAccuracy(method.id),
    ...method.shifts.map(formatAccuracy),
    method.validation_loss.toFixed(3),
    method.seconds.toFixed(1),
  ]);
  const counts = [
    '',
    'rows',
    String(report.methods[0]?.id.n ?? 0),
    ...(report.methods[0]?.shifts.map(({ n }) => String(n)) ?? []),
    String(report.data.validation),
    '',
  ];
  return `${formatColumns([header, ...rows, counts])}\n\n  * served. Accuracy in %, 95 % interval in brackets.\n  ${report.verdict}`;
}

const formatAccuracy = ({ accuracy }: SplitMetrics): string =>
  accuracy.low === null || accuracy.high === null
    ? percent(accuracy.value)
    : `${percent(accuracy.value)} [${percent(accuracy.low)}-${percent(accuracy.high)}]`;

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
