import type { Adapter } from '../adapter/adapter.ts';
import type { FeatureMatrix } from '../feature-matrix.ts';
import { abstentionRule, rowsForRisk } from '../guarantees/abstention.ts';
import type { AbstentionRule } from '../guarantees/abstention.ts';
import { conformalThreshold, predictionSet, rowsForLevel } from '../guarantees/conformal.ts';
import { confidences } from '../guarantees/outcomes.ts';
import type { AnswerMatrix } from '../tasks/answer-matrix.ts';
import { findNeighbours } from '../typicality/neighbours.ts';
import type { Neighbour } from '../typicality/neighbours.ts';
import { shiftScores } from '../typicality/typicality.ts';
import type { Assurance } from '../adapter/assurance.ts';
import { assuranceOf } from '../adapter/assurance-of.ts';

export interface AssuranceOptions {
  /** Level of the prediction sets or intervals, 0..1. */
  readonly coverage?: number | undefined;
  /** Largest share of wrong answers among those not withheld. */
  readonly abstainAtRisk?: number | undefined;
  /** Training rows to name. */
  readonly nearest?: number | undefined;
}

/** As on the wire. Null where the adapter cannot say; absent where it was not asked. */
export interface AnswerAssurance {
  readonly shift_score: number | null;
  readonly prediction_set?: string[] | null;
  readonly interval?: { low: number; high: number } | null;
  readonly abstain?: boolean | null;
  readonly nearest?: Neighbour[] | null;
}

export interface AssuredAnswers {
  /** In the order of the answers. */
  readonly rows: readonly AnswerAssurance[];
  /** What could not be done as asked, and what would help. */
  readonly notes: readonly string[];
}

export interface GivenAnswers {
  /** Every tap of the backbone. */
  readonly features: FeatureMatrix;
  readonly answers: AnswerMatrix;
}

/** How far to trust each of an adapter's answers, in the ways asked for. */
export function assureAnswers(adapter: Adapter, given: GivenAnswers, options: AssuranceOptions): AssuredAnswers {
  const assurance = assuranceOf(adapter);
  if (assurance === null) return withoutAssurance(adapter, given.features.rows, options);
  const { features, answers } = given;
  const shifts = shiftScores(assurance.typicality, features, adapter.layers);
  const { bounds, note: boundNote } = boundAnswers(assurance, adapter, answers, options.coverage);
  const { abstained, note: riskNote } = abstain(assurance, adapter, answers, options.abstainAtRisk);
  const neighbours =
    options.nearest === undefined
      ? null
      : findNeighbours(assurance.neighbours, { features, layers: adapter.layers, count: options.nearest });
  const rows: AnswerAssurance[] = [];
  for (let row = 0; row < shifts.length; row++) {
    rows.push({
      shift_score: shifts[row] ?? 0,
      ...bounds?.[row],
      ...(abstained && { abstain: abstained[row] ?? null }),
      ...(neighbours && { nearest: neighbours[row] ?? null }),
    });
  }
  return { rows, notes: [boundNote, riskNote].filter((note) => note !== null) };
}

const answersNumbers = ({ architecture }: Adapter): boolean => architecture.spec.family === 'squared';

function withoutAssurance(
  adapter: Adapter,
  rows: number,
  { coverage, abstainAtRisk, nearest }: AssuranceOptions,
): AssuredAnswers {
  const unknown = answersNumbers(adapter) ? { interval: null } : { prediction_set: null };
  const answer: AnswerAssurance = {
    shift_score: null,
    ...(coverage === undefined ? {} : unknown),
    ...(abstainAtRisk === undefined ? {} : { abstain: null }),
    ...(nearest === undefined ? {} : { nearest: null }),
  };
  const isAsked = coverage !== undefined || abstainAtRisk !== undefined || nearest !== undefined;
  const note =
    'trained before adapters held what sets, abstention and nearest examples need. Run its fine-tuning job again.';
  return { rows: Array.from({ length: rows }, () => answer), notes: isAsked ? [note] : [] };
}

interface Bounds {
  readonly bounds: readonly Pick<AnswerAssurance, 'prediction_set' | 'interval'>[] | null;
  readonly note: string | null;
}

function boundAnswers(
  { outcomes }: Assurance,
  adapter: Adapter,
  answers: AnswerMatrix,
  level: number | undefined,
): Bounds {
  if (level === undefined) return { bounds: null, note: null };
  const threshold = conformalThreshold(outcomes.nonconformity, level);
  const boundOf = answersNumbers(adapter) ? intervalAround(threshold, adapter) : setWithin(threshold, adapter.labels);
  const { outputs, data } = answers;
  const bounds = Array.from({ length: answers.rows }, (_, row) =>
    boundOf(data.subarray(row * outputs, (row + 1) * outputs)),
  );
  if (threshold !== null) return { bounds, note: null };
  const otherwise = answersNumbers(adapter) ? 'no interval can be given' : 'each set holds every label';
  const note = `coverage: ${outcomes.nonconformity.length} validation rows are too few for the level ${level}, which takes ${rowsForLevel(level)}; ${otherwise}.`;
  return { bounds, note };
}

/** Of ratings within the levels there are: nothing beyond them is true. */
function intervalAround(
  threshold: number | null,
  { manifest, labels }: Adapter,
): (answer: Float32Array) => Pick<AnswerAssurance, 'interval'> {
  const levels = manifest.task === 'ordinal' ? labels.map(Number) : [-Infinity, Infinity];
  const within = (value: number): number => Math.min(Math.max(value, Math.min(...levels)), Math.max(...levels));
  return ([value = 0]) => ({
    interval: threshold === null ? null : { low: within(value - threshold), high: within(value + threshold) },
  });
}

const setWithin =
  (threshold: number | null, labels: readonly string[]) =>
  (answer: Float32Array): Pick<AnswerAssurance, 'prediction_set'> => {
    const ranked = labels
      .map((label, index) => ({ label, score: answer[index] ?? 0 }))
      .sort((a, b) => b.score - a.score);
    return { prediction_set: predictionSet(ranked, threshold) };
  };

interface Abstained {
  readonly abstained: readonly (boolean | null)[] | null;
  readonly note: string | null;
}

function abstain(
  { outcomes }: Assurance,
  adapter: Adapter,
  answers: AnswerMatrix,
  risk: number | undefined,
): Abstained {
  if (risk === undefined) return { abstained: null, note: null };
  if (answersNumbers(adapter)) {
    const note = 'abstain_at_risk: a number is neither right nor wrong. Ask for an interval with "coverage".';
    return { abstained: Array.from({ length: answers.rows }, () => null), note };
  }
  const rule = abstentionRule(outcomes, risk);
  const sureness = confidences(adapter.architecture.spec.family, answers);
  const abstained = Array.from(sureness, (each) => rule.above === null || each <= rule.above);
  return { abstained, note: describeRule(rule, outcomes.confidence.length, risk) };
}

function describeRule({ above }: AbstentionRule, rows: number, risk: number): string | null {
  if (above !== null) return null;
  const needed = rowsForRisk(risk);
  const why =
    rows < needed
      ? `${rows} validation rows cannot show a risk of at most ${risk}; it takes ${Number.isFinite(needed) ? needed : 'more than there can be'}, all answered rightly`
      : `no threshold kept the risk on the ${rows} validation rows at ${risk} or below with 95 % confidence`;
  return `abstain_at_risk: ${why}. Every answer is marked as abstained.`;
}
