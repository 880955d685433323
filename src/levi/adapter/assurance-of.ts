import type { Adapter } from './adapter.ts';
import type { Assurance } from './assurance.ts';
import { readAssurance } from './read-assurance.ts';

const read = new WeakMap<Adapter, Assurance | null>();

/** An adapter's assurance, read once; null where it was trained before there was one. */
export function assuranceOf(adapter: Adapter): Assurance | null {
  const known = read.get(adapter);
  if (known !== undefined) return known;
  const { taps, width } = adapter.architecture.spec;
  const assurance = readAssurance(adapter.tensors, { taps, width });
  read.set(adapter, assurance);
  return assurance;
}
