import type { Tensor } from '../../engine/index.ts';
import type { LeviConfig } from '../config.ts';
import type { CurvePoint } from '../methods/trained-part.ts';

export type Weights = Readonly<Record<string, Tensor>>;

/** Keeps the best epoch's weights and says when to stop. */
export interface EpochKeeper {
  readonly add: (point: CurvePoint, weights: Weights) => void;
  readonly isOver: () => boolean;
  readonly epochs: () => number;
  /** Of the expected work; training mostly ends long before its last allowed epoch. */
  readonly fraction: () => number;
  readonly best: () => { readonly epoch: number; readonly weights: Weights };
  readonly curve: () => readonly CurvePoint[];
  /** Puts an earlier run's epochs and best weights back. */
  readonly restore: (curve: readonly CurvePoint[], bestEpoch: number, weights: Weights) => void;
}

export interface EpochKeeperOptions {
  readonly config: Pick<LeviConfig, 'maxEpochs' | 'patience'>;
  readonly stepsPerEpoch: number;
  /** Whether embeddings learn beside all else: for their first hundred steps they say next to nothing. */
  readonly hasFields?: boolean;
}

const USUAL_EPOCHS = 30;
// With few rows an epoch is only a few steps: too few to judge by, and 30 of them too few to learn in.
const MIN_STEPS = 300;
const MIN_STEPS_OF_PATIENCE = 30;
const MIN_STEPS_OF_PATIENCE_WITH_FIELDS = 150;
const EXPECTED_EPOCHS = 8;

/** After which training ends, if it has not before. */
export function mostEpochs({ config, stepsPerEpoch }: EpochKeeperOptions): number {
  return config.maxEpochs === 'auto' ? Math.max(USUAL_EPOCHS, Math.ceil(MIN_STEPS / stepsPerEpoch)) : config.maxEpochs;
}

export function createEpochKeeper({ config, stepsPerEpoch, hasFields = false }: EpochKeeperOptions): EpochKeeper {
  const maxEpochs = mostEpochs({ config, stepsPerEpoch });
  const patientSteps = hasFields ? MIN_STEPS_OF_PATIENCE_WITH_FIELDS : MIN_STEPS_OF_PATIENCE;
  const patience = Math.max(config.patience, Math.ceil(patientSteps / stepsPerEpoch));
  let curve: readonly CurvePoint[] = [];
  let best: { readonly point: CurvePoint; readonly weights: Weights } | null = null;
  const epochs = (): number => curve.length;
  const isOver = (): boolean => epochs() >= maxEpochs || (best !== null && epochs() - best.point.epoch >= patience);
  return {
    add: (point, weights) => {
      curve = [...curve, point];
      if (best === null || point.validLoss < best.point.validLoss) best = { point, weights };
    },
    isOver,
    epochs,
    fraction: () => (isOver() ? 1 : epochs() / (epochs() + EXPECTED_EPOCHS)),
    best: () => {
      if (best === null) throw new Error('internal: no epoch was trained');
      return { epoch: best.point.epoch, weights: best.weights };
    },
    curve: () => curve,
    restore: (earlier, bestEpoch, weights) => {
      const point = earlier.find(({ epoch }) => epoch === bestEpoch);
      if (point === undefined) throw new Error('internal: a curve without its best epoch');
      curve = earlier;
      best = { point, weights };
    },
  };
}
