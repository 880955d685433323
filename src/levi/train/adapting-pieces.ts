import { float32Data } from '../../engine/index.ts';
import type { Tensor } from '../../engine/index.ts';
import type { TapRun } from '../feature-matrix.ts';
import { ADAPT_FEATURES, ADAPT_SCALE } from '../methods/parts.ts';
import { roundWeights } from '../model/rounded-weights.ts';

/** A run of layers in a training step: what it reads, and the part of A that reads it. */
export interface LayerPiece {
  readonly run: TapRun;
  /** The name of its features, `[layers, B, width]`. */
  readonly input: string;
  readonly dims: readonly number[];
  /** The name of its part of `levi.adapt_features`, `[layers, width, r]`. */
  readonly parameter: string;
  readonly weightDims: readonly number[];
}

/** `levi.adapt_features` as the adapter has it, `[taps, width, r]`. */
export interface AdaptingShape {
  readonly taps: number;
  readonly width: number;
  readonly adaptingWidth: number;
  readonly pieces: readonly LayerPiece[];
}

/** With one run, all bears the names it has in the adapter. */
export function layerPieces(
  runs: readonly TapRun[],
  { batchSize, adaptingWidth }: { readonly batchSize: number; readonly adaptingWidth: number },
): readonly LayerPiece[] {
  return runs.map((run, index) => {
    const name = (whole: string): string => (runs.length === 1 ? whole : `${whole}.${index}`);
    const layers = run.to - run.from;
    return {
      run,
      input: name('features'),
      dims: [layers, batchSize, run.width],
      parameter: name(ADAPT_FEATURES),
      weightDims: [layers, run.width, adaptingWidth],
    };
  });
}

/** The parameters with A in pieces: without the rows that only ever meet zeros. */
export function cutAdapting(
  parameters: Readonly<Record<string, Float32Array>>,
  { width, adaptingWidth, pieces }: AdaptingShape,
): Readonly<Record<string, Float32Array>> {
  const { [ADAPT_FEATURES]: whole = new Float32Array(0), ...others } = parameters;
  const parts = pieces.map(({ parameter, run }) => {
    const layer = run.width * adaptingWidth;
    const part = new Float32Array((run.to - run.from) * layer);
    for (let tap = run.from; tap < run.to; tap++) {
      const start = tap * width * adaptingWidth;
      part.set(whole.subarray(start, start + layer), (tap - run.from) * layer);
    }
    return [parameter, part] as const;
  });
  return { ...Object.fromEntries(parts), ...others };
}

/** The way back, rounded as an adapter stores it: all that is chosen, measured and served is of the rounded ones. */
export function joinAdapting(
  parameters: Readonly<Record<string, Tensor>>,
  shape: AdaptingShape,
): Readonly<Record<string, Tensor>> {
  const { taps, width, adaptingWidth, pieces } = shape;
  const names = new Set(pieces.map(({ parameter }) => parameter));
  const others = Object.entries(parameters).filter(([name]) => !names.has(name));
  const { steps, scales } = roundWeights(joinPieces(parameters, shape), [taps, width, adaptingWidth]);
  return { [ADAPT_FEATURES]: steps, [ADAPT_SCALE]: scales, ...Object.fromEntries(others) };
}

/** `[taps, width, r]`; the rows left out are zero. */
function joinPieces(
  parameters: Readonly<Record<string, Tensor>>,
  { taps, width, adaptingWidth, pieces }: AdaptingShape,
): Float32Array {
  const whole = new Float32Array(taps * width * adaptingWidth);
  for (const { parameter, run } of pieces) {
    const piece = parameters[parameter];
    if (piece === undefined) throw new Error(`internal: a model without the parameter "${parameter}"`);
    const layer = run.width * adaptingWidth;
    for (let tap = run.from; tap < run.to; tap++) {
      const start = (tap - run.from) * layer;
      whole.set(float32Data(piece).subarray(start, start + layer), tap * width * adaptingWidth);
    }
  }
  return whole;
}
