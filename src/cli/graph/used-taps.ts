import type { ModelGraph } from '../../sdk/index.ts';

/** Ids of the layers whose pooled vector an adapter reads; of a bare backbone all that are pooled. */
export function usedTaps({ targets, blocks }: ModelGraph): ReadonlySet<string> {
  const layers = blocks.filter(({ kind }) => kind === 'layer');
  if (targets.length === 0) return new Set(layers.map(({ id }) => id));
  return new Set(targets.flatMap((target) => target.layers.flatMap((tap) => layers[tap]?.id ?? [])));
}
