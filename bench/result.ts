/** One line of a benchmark's table. */
export interface BenchRow {
  readonly what: string;
  readonly measured: string;
  readonly baseline: string;
  /** measured / baseline; null where the figure is an absolute one. */
  readonly ratio: number | null;
  readonly goal: string;
}

export interface BenchResult {
  readonly title: string;
  readonly rows: readonly BenchRow[];
  /** The figures as numbers, for the JSON file. */
  readonly details?: unknown;
  /** By key, for other programs: what `--json` writes. */
  readonly figures?: Readonly<Record<string, unknown>>;
  /** What could not be measured: the command fails. */
  readonly problem?: string | null;
  /** The same for a Markdown file. */
  readonly markdown?: string;
  /** Only a part was run: printed, but not written over the whole one's files. */
  readonly isPartial?: boolean;
}

export const seconds = (ms: number): string => `${(ms / 1000).toFixed(2)} s`;

export function formatTable(rows: readonly BenchRow[]): string {
  const cells = [
    ['', 'measured', 'baseline', 'ratio', 'goal'],
    ...rows.map((row) => [
      row.what,
      row.measured,
      row.baseline,
      row.ratio === null ? '' : row.ratio.toFixed(2),
      row.goal,
    ]),
  ];
  const widths = [0, 1, 2, 3, 4].map((column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)));
  return cells
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
