import type { LabelScore } from '../../../src/contract/predict.ts';

type Scores = Readonly<Record<string, number>>;

export interface Comparison {
  readonly rows: number;
  /** Between the two scores of any label of any row. */
  readonly max_difference: number;
  readonly mean_difference: number;
  /** Share of the rows whose likeliest label is the same. */
  readonly same_label: number;
  /** Those that differ most, by id, the worst first. */
  readonly worst: readonly { readonly id: string; readonly difference: number }[];
}

const MAX_WORST = 5;

/** How far an export's scores lie from the server's answers. */
export function compareAnswers(
  ids: readonly string[],
  exported: readonly Scores[],
  served: readonly (readonly LabelScore[])[],
): Comparison {
  const differences = exported.map((scores, row) =>
    Math.max(0, ...(served[row] ?? []).map(({ label, score }) => Math.abs(score - (scores[label] ?? 0)))),
  );
  const agreeing = exported.filter((scores, row) => likeliest(scores) === served[row]?.[0]?.label).length;
  const rows = exported.length;
  const worst = differences
    .map((difference, row) => ({ id: ids[row] ?? String(row), difference }))
    .toSorted((a, b) => b.difference - a.difference);
  return {
    rows,
    max_difference: worst[0]?.difference ?? 0,
    mean_difference: differences.reduce((sum, difference) => sum + difference, 0) / Math.max(1, rows),
    same_label: agreeing / Math.max(1, rows),
    worst: worst.slice(0, MAX_WORST),
  };
}

const likeliest = (scores: Scores): string | undefined =>
  Object.entries(scores).toSorted(([, a], [, b]) => b - a)[0]?.[0];
