import type { BenchRow } from '../result.ts';
import { formatSpread, spreadOf } from './spread.ts';

export type Goal = { readonly atMost: number } | { readonly atLeast: number };

/** One number of the table, with what it was made of. */
export interface Figure {
  /** As in the JSON file: `P3.batch`. */
  readonly key: string;
  readonly what: string;
  readonly value: number;
  /** Null: told, not promised. */
  readonly goal: Goal | null;
  readonly measured: string;
  /** Empty where there is none. */
  readonly baseline: string;
  /** To the baseline, where the value is another number. */
  readonly ratio?: number;
  readonly details?: Readonly<Record<string, unknown>>;
}

/** A figure that could not be had: the benchmark fails, and says why. */
export interface Missing {
  readonly key: string;
  readonly what: string;
  readonly goal: Goal | null;
  readonly missing: string;
}

export type Finding = Figure | Missing;

export interface RatioFigure extends Pick<Figure, 'key' | 'what' | 'goal' | 'details'> {
  /** Of each turn. */
  readonly ours: readonly number[];
  readonly baseline: readonly number[];
  readonly unit: string;
}

/** Ours over the baseline's of the same turn, the median of all turns: what slows the machine down for a while slows both. */
export function ratioFigure({ ours, baseline, unit, details, ...named }: RatioFigure): Figure {
  const ratios = spreadOf(ours.map((value, turn) => value / (baseline[turn] ?? Number.NaN)));
  const [own, other] = [spreadOf(ours), spreadOf(baseline)];
  return {
    ...named,
    value: ratios.median,
    measured: formatSpread(own, unit),
    baseline: formatSpread(other, unit),
    details: { ...details, unit, ratios, ours: own, baseline: other },
  };
}

export interface AbsoluteFigure extends Pick<Figure, 'key' | 'what' | 'goal' | 'details'> {
  /** Of each turn; the value is their median. */
  readonly values: readonly number[];
  readonly unit: string;
}

export function absoluteFigure({ values, unit, details, ...named }: AbsoluteFigure): Figure {
  const spread = spreadOf(values);
  const measured = formatSpread(spread, unit);
  return { ...named, value: spread.median, measured, baseline: '', details: { ...details, unit, spread } };
}

/** A figure, or why it is missing: one that cannot be had takes none of the others with it. */
export async function found(key: string, measure: () => Figure | Promise<Figure>): Promise<Finding> {
  try {
    return await measure();
  } catch (error) {
    return { key, what: '', goal: null, missing: error instanceof Error ? error.message : String(error) };
  }
}

/** What is missing and why, a line for each reason; null where nothing is. */
export function describeMissing(findings: readonly Finding[]): string | null {
  const byReason = Map.groupBy(findings.filter(isMissing), ({ missing }) => missing);
  const lines = [...byReason].map(([reason, of]) => `${of.map(({ key }) => key).join(', ')}: ${reason}`);
  return lines.length === 0 ? null : `not measured:\n  ${lines.join('\n  ')}`;
}

const isMissing = (finding: Finding): finding is Missing => 'missing' in finding;

export function isMet({ value, goal }: Pick<Figure, 'value' | 'goal'>): boolean {
  if (goal === null) return true;
  return 'atMost' in goal ? value <= goal.atMost : value >= goal.atLeast;
}

function formatGoal(goal: Goal | null): string {
  if (goal === null) return '';
  return 'atMost' in goal ? `<= ${goal.atMost}` : `>= ${goal.atLeast}`;
}

export function toRow(finding: Finding): BenchRow {
  const what = `${finding.key}  ${finding.what}`;
  const goal = formatGoal(finding.goal);
  if (isMissing(finding)) {
    return { what, measured: 'NOT MEASURED', baseline: '', ratio: null, goal };
  }
  const verdict = finding.goal === null ? '' : `${goal}: ${isMet(finding) ? 'met' : 'MISSED'}`;
  const { measured, baseline, value, ratio = value } = finding;
  return { what, measured, baseline, ratio: baseline === '' ? null : ratio, goal: verdict };
}

/** By key, for other programs: `{"P3.batch": {"value", "goal", "ok", ...}}`. A figure that is missing has no value and is not ok. */
export function toJson(findings: readonly Finding[]): Record<string, unknown> {
  return Object.fromEntries(findings.map((finding) => [finding.key, jsonOf(finding)]));
}

function jsonOf(finding: Finding): Readonly<Record<string, unknown>> {
  const goal = finding.goal === null ? null : formatGoal(finding.goal);
  if (isMissing(finding)) return { value: null, goal, ok: false, what: finding.what, missing: finding.missing };
  const { what, value, measured, baseline, details } = finding;
  return { value, goal, ok: isMet(finding), what, measured, baseline, ...details };
}
