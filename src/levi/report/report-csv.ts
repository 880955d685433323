import type { MethodReport, TargetReport } from '../../contract/report.ts';

type Cell = string | number | boolean | null;
type Row = Readonly<Record<string, Cell>>;

/**
 * The report's table for spreadsheets: one line per target, method and split (RFC 4180: commas, CRLF, a header), with every figure of
 * the split and its interval's bounds as `_low` and `_high`, then what the method cost. Names that a spreadsheet would take for a formula get an apostrophe in front.
 */
export function toReportCsv({ other_targets, ...first }: ReportTable): string {
  const rows = [first, ...other_targets].flatMap(({ target, served, methods }) =>
    methods.flatMap((method) => rowsOf(method, { target, served })),
  );
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const lines = rows.map((row) => columns.map((column) => formatCell(row[column] ?? null)));
  return [columns.map(formatCell), ...lines].map((cells) => `${cells.join(',')}\r\n`).join('');
}

type TargetTable = Pick<TargetReport, 'target' | 'served' | 'methods'>;
type ReportTable = TargetTable & { readonly other_targets: readonly TargetTable[] };

function rowsOf(
  { id, shifts, ...method }: MethodReport,
  { target, served }: Omit<TargetTable, 'methods'>,
): readonly Row[] {
  const { method: name, detail: _, ...costs } = method;
  const splits = [
    { kind: 'held_out', shift: null, figures: id },
    ...shifts.map(({ name: shift, kind, ...figures }) => ({ kind, shift, figures })),
  ];
  return splits.map(({ kind, shift, figures }) => ({
    target,
    method: name,
    served: name === served,
    split: kind,
    shift,
    ...flatten(figures),
    ...flatten(costs),
  }));
}

/** Objects become columns named by their path; a figure's value bears the figure's own name. */
function flatten(values: object, path = ''): Row {
  const entries = Object.entries(values).flatMap(([key, value]: [string, unknown]): [string, Cell][] => {
    const name = path === '' ? key : key === 'value' ? path : `${path}_${key}`;
    if (isCell(value)) return [[name, value]];
    return typeof value === 'object' && !Array.isArray(value) ? Object.entries(flatten(value, name)) : [];
  });
  return Object.fromEntries(entries);
}

const isCell = (value: unknown): value is Cell =>
  value === null || ['string', 'number', 'boolean'].includes(typeof value);

// OWASP, "CSV Injection": these begin a formula in Excel, LibreOffice or Sheets; numbers are none of a stranger's words.
const FORMULA = /^[=+\-@\t\r\n＝＋－＠]/u;
const QUOTED = /[",\r\n]/u;

function formatCell(cell: Cell): string {
  if (typeof cell !== 'string') return cell === null ? '' : String(cell);
  const text = FORMULA.test(cell) ? `'${cell}` : cell;
  return QUOTED.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
