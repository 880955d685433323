import { z } from 'zod';
import { readSafetensors, writeSafetensors } from '../../engine/index.ts';
import { prefixed, withoutPrefix } from '../tensor-names.ts';

const BUNDLE_KEY = 'levigate_bundle';
const prefixOf = (index: number): string => `${index}/`;

/** Several safetensors files in one, by name, in their order. */
export function writeBundle(files: ReadonlyMap<string, Uint8Array>): Uint8Array {
  const read = [...files].map(([name, bytes]) => ({ name, ...readSafetensors(bytes) }));
  const tensors = read.map((file, index) => prefixed(prefixOf(index), file.tensors));
  const described = read.map(({ name, metadata }) => ({ name, metadata }));
  return writeSafetensors(Object.assign({}, ...tensors), { [BUNDLE_KEY]: JSON.stringify(described) });
}

/** The files of a bundle; null for any other safetensors file. Throws what `readSafetensors` throws. */
export function readBundle(bytes: Uint8Array): ReadonlyMap<string, Uint8Array> | null {
  const { tensors, metadata } = readSafetensors(bytes);
  const described = metadata[BUNDLE_KEY];
  if (described === undefined) return null;
  return new Map(
    parseEntries(described).map(({ name, metadata: own }, index) => [
      name,
      writeSafetensors(withoutPrefix(prefixOf(index), tensors), own),
    ]),
  );
}

interface Entry {
  readonly name: string;
  readonly metadata: Readonly<Record<string, string>>;
}

const Entries = z.array(z.object({ name: z.string(), metadata: z.record(z.string(), z.string()) }));

function parseEntries(json: string): readonly Entry[] {
  return Entries.parse(JSON.parse(json));
}
