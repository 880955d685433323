import { activeColumns, spreadColumns } from '../data/active-columns.ts';
import { takeTaps } from '../feature-matrix.ts';
import type { FeatureMatrix } from '../feature-matrix.ts';
import { UNIT_EPSILON } from '../methods/parts.ts';
import type { UntimedPart } from '../methods/trained-part.ts';
import { outputOf } from '../model/output-of.ts';
import { minimise } from '../solver/minimise.ts';
import { createProbeObjective, refitProbe, trainProbe } from './train-probe.ts';
import type { ProbeOptions, RefitProbeOptions } from './train-probe.ts';
import type { TrainingData } from './training-data.ts';

const FRACTIONS = [0.02, 0.1, 0.3];
// Of the strength that would silence every feature: enough to tell features apart, far from silencing most.
const GROUP_STRENGTH = 0.05;
// Rounds the corner of a norm at zero, so that a smooth solver can be used: only the order of the norms matters here.
const ROUNDING = 1e-8;
const GRADIENT_SHARE = 1e-2;
const MAX_EVALUATIONS = 60;

/**
 * Head2Toe (Evci et al. 2022): every layer at unit length, side by side; a group-lasso head tells which features matter, the top
 * fraction of them is kept, and a probe is fitted to these. Fraction and L2 strength are chosen on validation loss.
 */
export async function trainHead2Toe(options: ProbeOptions): Promise<UntimedPart> {
  const data = withUnitLayers(options.data);
  const relevance = await measureRelevance({ ...options, data });
  const order = [...relevance.keys()].sort((a, b) => (relevance[b] ?? 0) - (relevance[a] ?? 0));
  let best: (UntimedPart & { readonly validLoss: number }) | null = null;
  for (const fraction of FRACTIONS) {
    const kept = new Set(order.slice(0, Math.ceil(fraction * order.length)));
    const part = await trainProbe({ ...options, data: withColumns(data, (column) => kept.has(column)) });
    if (best === null || part.validLoss < best.validLoss) best = { ...part, detail: { ...part.detail, fraction } };
  }
  if (best === null) throw new Error('internal: no fraction to choose from');
  const { tensors, probeTaps, detail, curve } = best;
  return { tensors, probeTaps, detail, curve };
}

/** The same features with the same strength; those not kept have no weight in the earlier solution. */
export function refitHead2Toe(options: RefitProbeOptions): Promise<UntimedPart['tensors']> {
  const weights = outputOf(options.start, 'probe.weights');
  const columns = weights.length / options.data.outputs;
  const isKept = (column: number): boolean => {
    for (let index = column; index < weights.length; index += columns) if (weights[index] !== 0) return true;
    return false;
  };
  return refitProbe({ ...options, data: withColumns(withUnitLayers(options.data), isKept) });
}

/** Squared norm of each feature's weights over the outputs, in a head with a group lasso. */
async function measureRelevance({ runtime, data, probeTaps, pause }: ProbeOptions): Promise<Float32Array> {
  const active = activeColumns(takeTaps(data.features, probeTaps));
  await using probe = await createProbeObjective({ runtime, data, probeTaps, columns: active });
  const columns = active.length;
  const start = new Float64Array(data.outputs * (columns + 1));
  const { gradient: atZero } = await probe.evaluate(start);
  const steepest = Math.sqrt(
    squaredNorms(atZero, columns, data.outputs).reduce((most, square) => Math.max(most, square)),
  );
  const strength = GROUP_STRENGTH * steepest;
  const objective: typeof probe.evaluate = async (point) => {
    await pause();
    const { value, gradient } = await probe.evaluate(point);
    const norms = squaredNorms(point, columns, data.outputs).map((square) => Math.sqrt(square + ROUNDING));
    for (let index = 0; index < columns * data.outputs; index++) {
      gradient[index] = (gradient[index] ?? 0) + (strength * (point[index] ?? 0)) / (norms[index % columns] ?? 1);
    }
    return { value: value + strength * norms.reduce((sum, norm) => sum + norm, 0), gradient };
  };
  const tolerance = GRADIENT_SHARE * steepest;
  const { point } = await minimise(objective, start, { tolerance, maxEvaluations: MAX_EVALUATIONS });
  return spreadColumns(squaredNorms(point, columns, data.outputs), probeTaps.length * data.features.width, active);
}

/** `point`: `[outputs, columns]` and what follows. */
function squaredNorms(point: Float64Array, columns: number, outputs: number): Float64Array {
  const squares = new Float64Array(columns);
  for (let index = 0; index < columns * outputs; index++) {
    squares[index % columns] = (squares[index % columns] ?? 0) + (point[index] ?? 0) ** 2;
  }
  return squares;
}

function withUnitLayers(data: TrainingData): TrainingData {
  return { ...data, features: unitLayers(data.features) };
}

/** As the served graph does it: each layer of each row divided by its root mean square. */
function unitLayers(features: FeatureMatrix): FeatureMatrix {
  const { width } = features;
  const data = new Float32Array(features.data.length);
  for (let start = 0; start < data.length; start += width) {
    let squares = 0;
    for (let index = start; index < start + width; index++) squares += (features.data[index] ?? 0) ** 2;
    const inverse = 1 / Math.sqrt(squares / width + UNIT_EPSILON);
    for (let index = start; index < start + width; index++) data[index] = (features.data[index] ?? 0) * inverse;
  }
  return { ...features, data };
}

/** The other columns are zero, hence their weights too. */
function withColumns(data: TrainingData, isKept: (column: number) => boolean): TrainingData {
  const columns = data.features.taps * data.features.width;
  const kept = Uint8Array.from({ length: columns }, (_, column) => (isKept(column) ? 1 : 0));
  const masked = data.features.data.map((value, index) => (kept[index % columns] === 1 ? value : 0));
  return { ...data, features: { ...data.features, data: masked } };
}
