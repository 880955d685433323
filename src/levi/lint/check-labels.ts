import type { LintFinding } from '../../contract/lint.ts';
import { spellingOf } from '../records/spelling-of.ts';
import type { LintCheck } from './lint-row.ts';
import { formatNames, shorten } from './tally.ts';

const FEW = 5;
const IMBALANCE = 20;
const MAX_ROWS = 20;

interface LabelCount {
  count: number;
  readonly firstLine: number;
}
type LabelCounts = ReadonlyMap<string, LabelCount>;

/** Labels that are rare, far more frequent than others, spelt in two ways, or missing from a held-out file. */
export function checkLabels(): LintCheck {
  const files = new Map<string, Map<string, LabelCount>>();
  return {
    add: ({ file, line, labels }) => {
      const counts = files.get(file) ?? new Map<string, LabelCount>();
      files.set(file, counts);
      for (const label of labels) {
        const known = counts.get(label);
        if (known) known.count += 1;
        else counts.set(label, { count: 1, firstLine: line });
      }
    },
    findings: () => {
      const training = files.get('training_file') ?? new Map<string, LabelCount>();
      const heldOut = [...files].filter(([file]) => file !== 'training_file');
      return [
        ...findRare(training),
        ...findImbalance(training),
        ...findSimilar(training),
        ...heldOut.flatMap(([file, counts]) => findMissing(file, counts, training)),
      ];
    },
  };
}

const file = 'training_file';
const linesOf = (labels: readonly (readonly [string, LabelCount])[]): number[] =>
  labels.slice(0, MAX_ROWS).map(([, { firstLine }]) => firstLine);

function findRare(training: LabelCounts): readonly LintFinding[] {
  const rare = [...training].filter(([, { count }]) => count < FEW);
  if (rare.length === 0) return [];
  const single = rare.filter(([, { count }]) => count === 1).map(([label]) => label);
  const said =
    single.length > 0
      ? `One example only of ${formatNames(single)}: it is kept for training, and accuracy on such labels cannot be measured.`
      : `Fewer than ${FEW} examples of ${formatNames(rare.map(([label]) => label))}: their accuracy can hardly be measured.`;
  const message = `${said} Add examples, or merge such labels.`;
  return [{ code: 'few_examples', severity: 'warn', message, file, rows: linesOf(rare), count: rare.length }];
}

function findImbalance(training: LabelCounts): readonly LintFinding[] {
  const byCount = [...training].sort(([, a], [, b]) => a.count - b.count);
  const [smallest, largest] = [byCount[0], byCount.at(-1)];
  if (!smallest || !largest || largest[1].count < IMBALANCE * smallest[1].count) return [];
  const message = `"${shorten(largest[0])}" has ${largest[1].count} rows, "${shorten(smallest[0])}" ${smallest[1].count}. Accuracy then says little: read macro-F1 in the report, and try "levi": {"class_weight": "balanced"}.`;
  return [{ code: 'class_imbalance', severity: 'warn', message, file, rows: linesOf([smallest]), count: 1 }];
}

function findSimilar(training: LabelCounts): readonly LintFinding[] {
  const spellings = Map.groupBy(training, ([label]) => spellingOf(label));
  return [...spellings]
    .filter(([normal, labels]) => normal !== '' && labels.length > 1)
    .slice(0, MAX_ROWS)
    .map(([, labels]): LintFinding => {
      const message = `The labels ${formatNames(labels.map(([label]) => label))} differ only in how one name is written, and are learned as different classes. Use one spelling.`;
      return { code: 'similar_labels', severity: 'warn', message, file, rows: linesOf(labels), count: labels.length };
    });
}

function findMissing(heldOutFile: string, counts: LabelCounts, training: LabelCounts): readonly LintFinding[] {
  const missing = [...training.keys()].filter((label) => !counts.has(label));
  if (missing.length === 0) return [];
  const message = `No example of ${formatNames(missing)}: the figures on this file say nothing about them.`;
  return [{ code: 'missing_labels', severity: 'info', message, file: heldOutFile, rows: [], count: missing.length }];
}
