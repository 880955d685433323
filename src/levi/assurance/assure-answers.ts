import type { Adapter } from '../adapter/adapter.ts';
import type { FeatureMatrix } from '../feature-matrix.ts';
import { abstentionRule, rowsForRisk } from '../guarantees/abstention.ts';
import type { AbstentionRule } from '../guarantees/abstention.ts';
import { conformalThreshold, predictionSet, rowsForLevel } from '../guarantees/conformal.ts';
import type { Probabilities } from '../metrics/classification-metrics.ts';
import { findNeighbours } from '../typicality/neighbours.ts';
import type { Neighbour } from '../typicality/neighbours.ts';
import { shiftScores } from '../typicality/typicality.ts';
import type { Assurance } from './assurance.ts';
import { assuranceOf } from './assurance-of.ts';

export interface AssuranceOptions {
  /** Level of the prediction sets, 0..1. */
  readonly conformal?: number | undefined;
  /** Largest share of wrong answers among those not withheld. */
  readonly abstainAtRisk?: number | undefined;
  /** Training rows to name. */
  readonly nearest?: number | undefined;
}

/** Null where the adapter cannot say; absent where it was not asked. */
export interface AnswerAssurance {
  readonly shift: number | null;
  readonly set?: string[] | null;
  readonly abstained?: boolean | null;
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
  readonly probabilities: Probabilities;
}

/** How far to trust each of an adapter's answers, in the ways asked for. */
export function assureAnswers(adapter: Adapter, answers: GivenAnswers, options: AssuranceOptions): AssuredAnswers {
  const assurance = assuranceOf(adapter);
  if (assurance === null) return withoutAssurance(answers.features.rows, options);
  const { features } = answers;
  const shifts = shiftScores(assurance.typicality, features, adapter.layers);
  const { sets, note: setNote } = predictSets(assurance, adapter.labels, answers.probabilities, options.conformal);
  const { abstained, note: riskNote } = abstain(assurance, answers.probabilities, options.abstainAtRisk);
  const neighbours =
    options.nearest === undefined
      ? null
      : findNeighbours(assurance.neighbours, { features, layers: adapter.layers, count: options.nearest });
  return {
    rows: Array.from(shifts, (shift, row) => ({
      shift,
      ...(sets && { set: sets[row] ?? null }),
      ...(abstained && { abstained: abstained[row] ?? null }),
      ...(neighbours && { nearest: neighbours[row] ?? null }),
    })),
    notes: [setNote, riskNote].filter((note) => note !== null),
  };
}

function withoutAssurance(rows: number, { conformal, abstainAtRisk, nearest }: AssuranceOptions): AssuredAnswers {
  const answer: AnswerAssurance = {
    shift: null,
    ...(conformal === undefined ? {} : { set: null }),
    ...(abstainAtRisk === undefined ? {} : { abstained: null }),
    ...(nearest === undefined ? {} : { nearest: null }),
  };
  const isAsked = conformal !== undefined || abstainAtRisk !== undefined || nearest !== undefined;
  const note =
    'trained before adapters held what sets, abstention and nearest examples need. Run its fine-tuning job again.';
  return { rows: Array.from({ length: rows }, () => answer), notes: isAsked ? [note] : [] };
}

interface Sets {
  readonly sets: readonly string[][] | null;
  readonly note: string | null;
}

function predictSets(
  { outcomes }: Assurance,
  labels: readonly string[],
  { rows, classes, data }: Probabilities,
  level: number | undefined,
): Sets {
  if (level === undefined) return { sets: null, note: null };
  const threshold = conformalThreshold(outcomes.nonconformity, level);
  const sets = Array.from({ length: rows }, (_, row) => {
    const ranked = labels
      .map((label, index) => ({ label, score: data[row * classes + index] ?? 0 }))
      .sort((a, b) => b.score - a.score);
    return predictionSet(ranked, threshold);
  });
  if (threshold !== null) return { sets, note: null };
  const note = `conformal: ${outcomes.nonconformity.length} validation rows are too few for the level ${level}, which takes ${rowsForLevel(level)}; each set holds every label.`;
  return { sets, note };
}

interface Abstained {
  readonly abstained: readonly boolean[] | null;
  readonly note: string | null;
}

function abstain({ outcomes }: Assurance, { rows, classes, data }: Probabilities, risk: number | undefined): Abstained {
  if (risk === undefined) return { abstained: null, note: null };
  const rule = abstentionRule(outcomes, risk);
  const abstained = Array.from({ length: rows }, (_, row) => {
    const confidence = data.subarray(row * classes, (row + 1) * classes).reduce((most, p) => Math.max(most, p), 0);
    return rule.above === null || confidence <= rule.above;
  });
  return { abstained, note: describeRule(rule, outcomes.confidence.length, risk) };
}

function describeRule({ above }: AbstentionRule, rows: number, risk: number): string | null {
  if (above !== null) return null;
  const needed = rowsForRisk(risk);
  const why =
    rows < needed
      ? `${rows} validation rows cannot show a risk of at most ${risk}; it takes ${needed}, all answered rightly`
      : `no threshold kept the risk on the ${rows} validation rows at ${risk} or below with 95 % confidence`;
  return `abstain_at_risk: ${why}. Every answer is marked as abstained.`;
}
