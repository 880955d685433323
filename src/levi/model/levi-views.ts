import { add, concat, gelu, matmul, mul, reduceMean, softmaxCrossEntropy, unsqueeze } from '../../engine/index.ts';
import type { Value } from '../../engine/index.ts';

/** Dimensions: K layers, B rows, d features, m numbers of the task model, r adapting width, C classes. */
export interface LeviParameters {
  /** `[K, d, r]`: the half of A_k that reads the layer; in as many pieces as the features. */
  readonly adaptFeatures: readonly Value[];
  /** `[K, 1, r]`: what the first half's columns are to be multiplied by, where they are stored in whole numbers. */
  readonly adaptScale?: Value;
  /** `[K, m, r]`: the half of A_k that reads the task model. */
  readonly adaptTask: Value;
  /** `[K, 1, r]` */
  readonly adaptBias: Value;
  /** `[K, r, C]` */
  readonly head: Value;
  /** `[K, 1, C]` */
  readonly headBias: Value;
}

export interface LeviInputs {
  /** h, standardised, layer first: `[K, B, d]`; one piece for each run of layers of one width. */
  readonly features: readonly Value[];
  /** s, of any task model: `[B, m]`; zeros when absent. */
  readonly taskOutput?: Value;
  /** `[K, B, 1]` or `[K, B, m]`: 0 hides s, or one number of it, from that view of that row. Training only. */
  readonly viewMask?: Value;
  /** `[K, B, r]`: dropout on u, already scaled. Training only. */
  readonly headMask?: Value;
}

/**
 * Every view's logits, `[K, B, C]`: o_k = C_k(dropout(gelu(A_k [h_k ; s]))).
 * All layers run in one batched product. [h ; s] A is computed as h A_h + s A_s: equal, and the frozen half needs no gradient.
 */
export function leviViews(parameters: LeviParameters, inputs: LeviInputs): Value {
  const { features, taskOutput, viewMask, headMask } = inputs;
  const fromLayer = readLayers(parameters, features);
  const joined = taskOutput === undefined ? fromLayer : add(fromLayer, readTask(parameters, taskOutput, viewMask));
  const adapted = gelu(add(joined, parameters.adaptBias));
  const kept = headMask === undefined ? adapted : mul(adapted, headMask);
  return add(matmul(kept, parameters.head), parameters.headBias);
}

function readLayers({ adaptFeatures, adaptScale }: LeviParameters, features: LeviInputs['features']): Value {
  const products = features.map((layers, piece) => {
    const weights = adaptFeatures[piece];
    if (weights === undefined) throw new Error('internal: as many pieces of A as of the features are needed');
    return matmul(layers, weights);
  });
  const [first] = products;
  const joined = first !== undefined && products.length === 1 ? first : concat(products, 0);
  return adaptScale === undefined ? joined : mul(joined, adaptScale);
}

function readTask({ adaptTask }: LeviParameters, taskOutput: Value, viewMask: Value | undefined): Value {
  const shared = unsqueeze(taskOutput, 0);
  return matmul(viewMask === undefined ? shared : mul(shared, viewMask), adaptTask);
}

/** o = mean_k o_k, `[B, C]`. */
export function ensembleViews(views: Value): Value {
  return reduceMean(views, [0]);
}

export interface LossInputs {
  /** One-hot or soft, 0 or 1 per label, or standardised numbers: `[B, C]`. */
  readonly targets: Value;
  /** `[B]`: 1/n for each of n real rows, times its class weight; 0 for padding. */
  readonly sampleWeights: Value;
}

export interface LeviLossOptions {
  /** Share of the ensemble's loss. */
  readonly beta: number;
  /** Of logits and targets, the rows weighted and summed. */
  readonly rowLoss?: (logits: Value, targets: Value, weights: Value) => Value;
}

/** L = (1 - beta) mean_k loss(o_k, y) + beta loss(o, y), weighted per row and summed: a scalar. `views`: `[K, B, C]`. */
export function leviLoss(
  views: Value,
  { targets, sampleWeights }: LossInputs,
  { beta, rowLoss = softmaxCrossEntropy }: LeviLossOptions,
): Value {
  const [layers] = views.shape;
  if (typeof layers !== 'number') throw new Error('internal: the number of views must be known');
  // Targets and weights broadcast over the views, so this is the sum of their losses.
  const own = rowLoss(views, targets, sampleWeights);
  const ensemble = rowLoss(ensembleViews(views), targets, sampleWeights);
  return add(mul(own, (1 - beta) / layers), mul(ensemble, beta));
}
