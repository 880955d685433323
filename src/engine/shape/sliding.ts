import { GraphError } from '../graph-error.ts';

/** A window that moves along one axis. */
export interface Sliding {
  readonly size: number;
  readonly stride: number;
  /** Zeros before the first and after the last element. */
  readonly before: number;
  readonly after: number;
}

/** How many places a window has along an axis. @throws GraphError when it has none. */
export function countWindows(length: number, { size, stride, before, after }: Sliding): number {
  const isWhole = [size, stride, before, after].every(Number.isSafeInteger);
  if (!isWhole || size < 1 || stride < 1 || before < 0 || after < 0) {
    throw new GraphError(`a window of ${size} every ${stride} with ${before} and ${after} around is none`);
  }
  const rest = before + length + after - size;
  if (rest < 0) throw new GraphError(`a window of ${size} does not fit in ${before} + ${length} + ${after}`);
  return Math.floor(rest / stride) + 1;
}
