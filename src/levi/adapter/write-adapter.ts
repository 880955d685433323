import { writeSafetensors } from '../../engine/index.ts';
import type { Adapter } from './adapter.ts';
import { MANIFEST_KEY } from './manifest.ts';

/** A safetensors file with the manifest in its metadata; tensors in the order of their names, so equal adapters are equal bytes. */
export function writeAdapter({ manifest, tensors }: Adapter): Uint8Array {
  const sorted = Object.entries(tensors).sort(([a], [b]) => (a < b ? -1 : 1));
  return writeSafetensors(Object.fromEntries(sorted), { [MANIFEST_KEY]: JSON.stringify(manifest) });
}
