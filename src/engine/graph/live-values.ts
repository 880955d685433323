import type { Value } from './types.ts';

/** The values that lead to the given ones, these included, each after what it is made of. */
export function liveValues(outputs: Iterable<Value>): readonly Value[] {
  const live = new Set<Value>();
  const waiting = [...outputs];
  for (let value = waiting.pop(); value !== undefined; value = waiting.pop()) {
    if (live.has(value)) continue;
    live.add(value);
    if (value.origin.kind === 'node') waiting.push(...value.origin.node.inputs);
  }
  return [...live].sort((left, right) => left.id - right.id);
}
