import { formatEstimate } from '../estimate.ts';
import type { BenchRow } from '../result.ts';
import type { MethodSummary, Pair, StudySummary } from './summarise-study.ts';

const MEAN_GOAL = '<= 1 point';

/** The lines of the terminal's table. */
export function accuracyRows(studies: readonly StudySummary[]): readonly BenchRow[] {
  const mean = meanRegret(studies);
  return [
    ...studies.flatMap(({ name, methods, auto, served, regret }) => [
      row(name),
      ...methods.map((method) => methodRow(method)),
      methodRow(auto, `auto (${formatServed(served)})`),
      row('  regret of auto', formatPair(regret)),
    ]),
    {
      ...row(
        'regret of auto, mean over studies',
        `held-out ${mean.heldOut.toFixed(1)}  shift ${mean.shift.toFixed(1)}`,
      ),
      goal: MEAN_GOAL,
    },
  ];
}

/** The same for people who read it elsewhere. */
export function accuracyMarkdown(studies: readonly StudySummary[], title: string): string {
  const cells = ({ heldOut, shift }: Pair, isDifference: boolean): string =>
    `${formatEstimate(heldOut, isDifference)} | ${formatEstimate(shift, isDifference)}`;
  const line = (what: string, { accuracy, overLinearProbe }: MethodSummary): string =>
    `| ${what} | ${cells(accuracy, false)} | ${cells(overLinearProbe, true)} |`;
  const mean = meanRegret(studies);
  return [
    `${title}. Regret: how far \`auto\` stays below the best method that could be served, chosen anew for each run with hindsight.`,
    ...studies.flatMap(({ name, methods, auto, served, regret }) => [
      '',
      `### ${name}`,
      '',
      '| method | held-out | shift | minus linear_probe, held-out | shift |',
      '|---|---|---|---|---|',
      ...methods.map((method) => line(method.method, method)),
      line(`**auto** (${formatServed(served)})`, auto),
      `| regret of auto | ${cells(regret, false)} | | |`,
    ]),
    '',
    `Mean regret over ${studies.length} studies: ${mean.heldOut.toFixed(1)} points on held-out rows, ${mean.shift.toFixed(1)} under shift.`,
    '',
  ].join('\n');
}

function meanRegret(studies: readonly StudySummary[]): { readonly heldOut: number; readonly shift: number } {
  const mean = (of: (pair: Pair) => number): number =>
    studies.reduce((sum, { regret }) => sum + of(regret), 0) / studies.length;
  return { heldOut: mean(({ heldOut }) => heldOut.mean), shift: mean(({ shift }) => shift.mean) };
}

function methodRow({ method, accuracy, overLinearProbe }: MethodSummary, what: string = method): BenchRow {
  return row(`  ${what}`, formatPair(accuracy), formatPair(overLinearProbe, true));
}

const formatPair = ({ heldOut, shift }: Pair, isDifference = false): string =>
  `held-out ${formatEstimate(heldOut, isDifference)}  shift ${formatEstimate(shift, isDifference)}`;

const formatServed = (served: StudySummary['served']): string =>
  Object.entries(served)
    .map(([method, runs]) => `${method} x${runs}`)
    .join(', ');

const row = (what: string, measured = '', baseline = ''): BenchRow => ({
  what,
  measured,
  baseline,
  ratio: null,
  goal: '',
});
