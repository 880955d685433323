const MAX_ROWS = 20;

/** How often, and where first. */
export interface Tally {
  count: number;
  readonly rows: number[];
}

export const newTally = (): Tally => ({ count: 0, rows: [] });

export function noteRow(tally: Tally, line: number): void {
  tally.count += 1;
  if (tally.rows.length < MAX_ROWS) tally.rows.push(line);
}

/** One tally per file. */
export type FileTallies = Map<string, Tally>;

export function noteIn(tallies: FileTallies, { file, line }: { readonly file: string; readonly line: number }): void {
  const tally = tallies.get(file) ?? newTally();
  noteRow(tally, line);
  tallies.set(file, tally);
}

/** Counts of rows per file, to say how large a share something is. */
export class RowCounts {
  readonly #rows = new Map<string, number>();

  add(file: string): void {
    this.#rows.set(file, (this.#rows.get(file) ?? 0) + 1);
  }

  shareOf(file: string, count: number): number {
    return count / Math.max(1, this.#rows.get(file) ?? 0);
  }
}

export const formatRows = (count: number): string => (count === 1 ? '1 row' : `${count.toLocaleString('en')} rows`);
export const formatPercent = (share: number): string => `${(100 * share).toFixed(share < 0.1 ? 1 : 0)} %`;
const MAX_NAME_CHARS = 60;

export const shorten = (name: string): string =>
  name.length > MAX_NAME_CHARS ? `${name.slice(0, MAX_NAME_CHARS)}…` : name;

/** The first few names, quoted, and how many more. */
export function formatNames(names: readonly string[], max = 5): string {
  const shown = names
    .slice(0, max)
    .map((name) => `"${shorten(name)}"`)
    .join(', ');
  return names.length > max ? `${shown} and ${names.length - max} more` : shown;
}
