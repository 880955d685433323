import { LevigateError } from '../../contract/errors.ts';

export type ClassWeight = 'balanced' | Readonly<Record<string, number>>;

/**
 * One weight per label, scaled so that the mean over the training rows is 1 (the loss keeps its size, hence the learning rate its meaning).
 * `balanced`: inverse to the label's frequency. A map: labels it does not name weigh 1.
 * Throws `unsupported_option` for a label the training file does not hold.
 */
export function classWeights(labels: readonly string[], targets: Int32Array, choice: ClassWeight | null): Float32Array {
  const counts = new Float64Array(labels.length);
  for (const target of targets) counts[target] = (counts[target] ?? 0) + 1;
  const raw = labels.map((label, index) => rawWeight(choice, label, counts[index] ?? 0));
  assertNamesKnown(labels, choice);
  const total = raw.reduce((sum, weight, index) => sum + weight * (counts[index] ?? 0), 0);
  return Float32Array.from(raw, (weight) => (weight * targets.length) / total);
}

function rawWeight(choice: ClassWeight | null, label: string, count: number): number {
  if (choice === null) return 1;
  if (choice === 'balanced') return count === 0 ? 0 : 1 / count;
  return Object.hasOwn(choice, label) ? (choice[label] ?? 1) : 1;
}

function assertNamesKnown(labels: readonly string[], choice: ClassWeight | null): void {
  if (choice === null || choice === 'balanced') return;
  const unknown = Object.keys(choice).find((label) => !labels.includes(label));
  if (unknown === undefined) return;
  throw new LevigateError(
    'unsupported_option',
    `levi.class_weight names the label "${unknown}", which the training file does not hold. Its labels: ${labels.slice(0, 20).join(', ')}.`,
    {
      param: 'levi.class_weight',
    },
  );
}
