import type { Tensor } from '../../engine/index.ts';

type Tensors = Readonly<Record<string, Tensor>>;

/** Several sets of tensors in one file: each under a prefix. */
export function prefixed(prefix: string, tensors: Tensors): Tensors {
  return Object.fromEntries(Object.entries(tensors).map(([name, value]) => [prefix + name, value]));
}

export function withoutPrefix(prefix: string, tensors: Tensors): Tensors {
  const chosen = Object.entries(tensors).filter(([name]) => name.startsWith(prefix));
  return Object.fromEntries(chosen.map(([name, value]) => [name.slice(prefix.length), value]));
}
