import { METHODS } from '../../src/contract/index.ts';
import type { FineTuningReport } from '../../src/sdk/index.ts';
import { toEstimate } from '../estimate.ts';
import type { Estimate } from '../estimate.ts';

/** Accuracies in %, differences in points; over seeds, with 95 % intervals. */
export interface Pair {
  readonly heldOut: Estimate;
  /** Mean of the shifts. */
  readonly shift: Estimate;
}

export interface MethodSummary {
  readonly method: string;
  readonly accuracy: Pair;
  readonly overLinearProbe: Pair;
}

export interface StudySummary {
  readonly name: string;
  readonly methods: readonly MethodSummary[];
  readonly auto: MethodSummary;
  /** What `auto` served, and how often. */
  readonly served: Readonly<Record<string, number>>;
  /** Of `auto`: how far it stays below the best method that could be served, chosen anew for each run with hindsight. Never negative. */
  readonly regret: Pair;
}

type Figure = (report: FineTuningReport, method: string) => number;

const heldOut: Figure = (report, method) => 100 * (methodOf(report, method)?.id.score.value ?? Number.NaN);
const underShift: Figure = (report, method) => {
  const shifts = methodOf(report, method)?.shifts ?? [];
  return (100 * shifts.reduce((sum, { score }) => sum + score.value, 0)) / shifts.length;
};
const methodOf = (report: FineTuningReport, name: string) => report.methods.find(({ method }) => method === name);

export function summariseStudy(name: string, reports: readonly FineTuningReport[]): StudySummary {
  const overRuns = (figure: Figure, of: (report: FineTuningReport, figure: Figure) => number): Estimate =>
    toEstimate(reports.map((report) => of(report, figure)));
  const pair = (of: (report: FineTuningReport, figure: Figure) => number): Pair => ({
    heldOut: overRuns(heldOut, of),
    shift: overRuns(underShift, of),
  });
  const summarise = (method: string, pick: (report: FineTuningReport) => string): MethodSummary => ({
    method,
    accuracy: pair((report, figure) => figure(report, pick(report))),
    overLinearProbe: pair((report, figure) => figure(report, pick(report)) - figure(report, 'linear_probe')),
  });
  const best = (report: FineTuningReport, figure: Figure): number =>
    Math.max(...servable(report).map((method) => figure(report, method)));
  const served = Object.groupBy(reports, (report) => report.served);
  return {
    name,
    methods: (reports[0]?.methods ?? []).map(({ method }) => summarise(method, () => method)),
    auto: summarise('auto', (report) => report.served),
    served: Object.fromEntries(Object.entries(served).map(([method, runs]) => [method, runs?.length ?? 0])),
    regret: pair((report, figure) => best(report, figure) - figure(report, report.served)),
  };
}

function servable({ methods }: FineTuningReport): readonly string[] {
  const candidates: readonly string[] = METHODS;
  return methods.map(({ method }) => method).filter((method) => candidates.includes(method));
}
