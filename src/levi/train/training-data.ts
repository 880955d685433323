import type { AdapterTensors } from '../adapter/adapter.ts';
import type { FeatureMatrix } from '../feature-matrix.ts';
import type { EncodedTexts } from '../task-model/ngram-vocabulary.ts';

/** What every part is trained on: standardised features, n-grams and targets of the training rows alone. */
export interface TrainingData {
  /** Standardised, of the used layers. */
  readonly features: FeatureMatrix;
  readonly texts: EncodedTexts;
  /** Number of known n-grams: rows of every n-gram table. */
  readonly ngrams: number;
  readonly targets: Int32Array;
  readonly classes: number;
  readonly classWeights: Float32Array;
}

/** How good given weights are on the validation rows, by the very code that will serve them. */
export type Validate<Candidate> = (
  candidate: Candidate,
) => Promise<{ readonly loss: number; readonly accuracy: number }>;

export interface ProbeCandidate {
  readonly tensors: AdapterTensors;
  readonly probeTaps: readonly number[];
}

/** One-hot targets `[rows, classes]`. */
export function oneHot(targets: ArrayLike<number>, classes: number): Float32Array {
  const encoded = new Float32Array(targets.length * classes);
  for (let row = 0; row < targets.length; row++) encoded[row * classes + (targets[row] ?? 0)] = 1;
  return encoded;
}

/** Each row's share of the mean loss: its class weight over the number of rows. */
export function sampleWeights({ targets, classWeights }: Pick<TrainingData, 'targets' | 'classWeights'>): Float32Array {
  return Float32Array.from(targets, (target) => (classWeights[target] ?? 1) / targets.length);
}
