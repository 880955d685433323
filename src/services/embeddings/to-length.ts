import { LevigateError } from '../../contract/index.ts';

export interface VectorForm {
  readonly normalize: boolean;
  readonly dimensions?: number | undefined;
}

/** The first `dimensions` numbers, divided by their length where asked; zeros stay zeros. */
export function toLength(vector: readonly number[], { normalize, dimensions }: VectorForm): number[] {
  const kept = vector.slice(0, dimensions);
  const length = Math.hypot(...kept);
  return normalize && length > 0 ? kept.map((value) => value / length) : kept;
}

/** @throws LevigateError `invalid_request` for more numbers than a backbone's embedding has */
export function requireDimensions(dimensions: number | undefined, width: number): void {
  if (dimensions === undefined || dimensions <= width) return;
  throw new LevigateError(
    'invalid_request',
    `"dimensions": the embeddings of this model have ${width} numbers: ask for ${width} or fewer`,
    { param: 'dimensions' },
  );
}
