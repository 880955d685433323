import { sizeOf } from '../tensor.ts';

/** For each element of a result, row-major, which element of the operand it comes from. */
export type IndexMap = Int32Array;

/** Steps of a row-major array along its axes. */
export function stridesOf(dims: readonly number[]): number[] {
  const strides = dims.map(() => 1);
  for (let axis = dims.length - 2; axis >= 0; axis--) strides[axis] = (strides[axis + 1] ?? 1) * (dims[axis + 1] ?? 1);
  return strides;
}

/** Walks the result; `steps[axis]` is how far the operand moves where the result moves by one. */
export function mapBySteps(dims: readonly number[], steps: readonly number[], start = 0): IndexMap {
  const map = new Int32Array(sizeOf(dims));
  const position = dims.map(() => 0);
  let from = start;
  for (let index = 0; index < map.length; index++) {
    map[index] = from;
    for (let axis = dims.length - 1; axis >= 0; axis--) {
      const step = steps[axis] ?? 0;
      const at = (position[axis] ?? 0) + 1;
      from += step;
      if (at < (dims[axis] ?? 1)) {
        position[axis] = at;
        break;
      }
      position[axis] = 0;
      from -= step * at;
    }
  }
  return map;
}

/** Of an operand stretched to a result's shape, aligned at the last axis. */
export function broadcastMap(from: readonly number[], to: readonly number[]): IndexMap {
  const strides = stridesOf(from);
  const offset = to.length - from.length;
  const steps = to.map((_, axis) => (from[axis - offset] === 1 ? 0 : (strides[axis - offset] ?? 0)));
  return mapBySteps(to, steps);
}

export const isIdentity = (map: IndexMap, length: number): boolean =>
  map.length === length && map.every((from, index) => from === index);
