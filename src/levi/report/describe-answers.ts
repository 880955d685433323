import type { TargetReport } from '../../contract/report.ts';
import { classesOf } from '../calibration/calibrate.ts';
import { confusionMatrix, correctness } from '../metrics/classification-metrics.ts';
import { countLabels, exampleF1 } from '../metrics/multi-label-metrics.ts';
import { nearestLevels } from '../metrics/number-metrics.ts';
import { perClassFigures, perLabelFigures } from '../metrics/per-class.ts';
import { riskCoverage } from '../metrics/risk-coverage.ts';
import type { AnswerMatrix } from '../tasks/answer-matrix.ts';
import { measureRows } from '../tasks/family-scores.ts';
import type { Family } from '../tasks/family.ts';
import type { Question, Targets } from '../tasks/targets.ts';

type AnswerFigures = Pick<TargetReport, 'confusion' | 'per_class' | 'risk_coverage'>;

/** What the served method answers on the held-out rows, label by label. */
export function describeAnswers(question: Question, answers: AnswerMatrix, targets: Targets): AnswerFigures {
  return DESCRIPTIONS[question.family](question, answers, targets);
}

type Describe = (question: Question, answers: AnswerMatrix, targets: Targets) => AnswerFigures;

const DESCRIPTIONS = {
  softmax: ({ labels }, answers, targets) => {
    const classes = classesOf(targets);
    const counts = confusionMatrix(answers, classes);
    const surest = measureRows(answers, targets, (answer) => answer.reduce((most, p) => Math.max(most, p), 0));
    const isWrong = correctness(answers, classes).map((right) => 1 - right);
    return {
      confusion: { labels: [...labels], counts },
      per_class: perClassFigures(labels, counts),
      risk_coverage: riskCoverage(surest, isWrong),
    };
  },
  sigmoid: ({ labels }, answers, targets) => {
    const sureness = measureRows(
      answers,
      targets,
      (answer) => answer.reduce((sum, p) => sum + Math.max(p, 1 - p), 0) / answer.length,
    );
    const risks = exampleF1(answers, targets).map((f1) => 1 - f1);
    return {
      confusion: null,
      per_class: perLabelFigures(labels, countLabels(answers, targets)),
      risk_coverage: riskCoverage(sureness, risks),
    };
  },
  squared: ({ labels, levels }, answers, targets) => {
    if (levels.length === 0) return { confusion: null, per_class: [], risk_coverage: [] };
    const counts = levels.map(() => levels.map(() => 0));
    const asked = nearestLevels(targets.data, levels);
    for (const [row, given] of nearestLevels(answers.data, levels).entries()) {
      const line = counts[asked[row] ?? 0];
      if (line !== undefined) line[given] = (line[given] ?? 0) + 1;
    }
    return {
      confusion: { labels: [...labels], counts },
      per_class: perClassFigures(labels, counts),
      risk_coverage: [],
    };
  },
} as const satisfies Record<Family, Describe>;
