import type { AdapterDifference } from '../../contract/fine-tuning.ts';
import { LIMITS } from '../../contract/limits.ts';
// Not from the engine's index: the gateway needs no more of it than this.
import { readSafetensors } from '../../engine/safetensors/read-safetensors.ts';
import type { SafetensorsFile } from '../../engine/safetensors/read-safetensors.ts';
import type { Tensor } from '../../engine/tensor.ts';
import { MANIFEST_KEY } from './manifest.ts';

/**
 * Where two adapters of different bytes differ: first the manifest, which says why (threads, device, engine version), then the
 * tensors. At most `LIMITS.verificationDifferences` of them. Throws SafetensorsFormatError for bytes that are no adapter.
 */
export function compareAdapters(expected: Uint8Array, found: Uint8Array): AdapterDifference[] {
  const [first, second] = [readSafetensors(expected), readSafetensors(found)];
  const manifests = compareEntries(manifestEntries(first), manifestEntries(second));
  const names = [...new Set([...Object.keys(first.tensors), ...Object.keys(second.tensors)])].sort();
  const tensors = names.flatMap((name) => compareTensors(name, first.tensors[name], second.tensors[name]));
  return [...manifests, ...tensors].slice(0, LIMITS.verificationDifferences);
}

type Entries = ReadonlyMap<string, string>;

// A bundle's metadata holds each target's, as text within text.
const OF_TARGET = /^levigate_bundle\.(\d+)\.metadata\.levigate\./u;

/** The manifest's leaves by their path, each as JSON; those of a bundle's second target begin with `1/`, as its tensors do. */
function manifestEntries({ metadata }: SafetensorsFile): Entries {
  const { [MANIFEST_KEY]: manifest, ...others } = metadata;
  const leaves = [...(manifest === undefined ? [] : leavesOf(manifest, '')), ...leavesOf(others, '')];
  return new Map(leaves.map(([path, value]) => [path.replace(OF_TARGET, '$1/'), value]));
}

function leavesOf(value: unknown, path: string): [string, string][] {
  const inner = typeof value === 'string' ? parseObject(value) : value;
  if (!isBranch(inner)) return [[path, JSON.stringify(value)]];
  return Object.entries(inner).flatMap(([key, child]) => leavesOf(child, path === '' ? key : `${path}.${key}`));
}

/** Objects, and lists of them; a list of plain values is compared as a whole. */
function isBranch(value: unknown): value is object {
  if (Array.isArray(value)) return value.length > 0 && value.every((item) => isBranch(item));
  return typeof value === 'object' && value !== null;
}

function parseObject(text: string): unknown {
  try {
    const parsed: unknown = JSON.parse(text);
    return isBranch(parsed) ? parsed : text;
  } catch {
    return text;
  }
}

function compareEntries(expected: Entries, found: Entries): AdapterDifference[] {
  return [...new Set([...expected.keys(), ...found.keys()])]
    .filter((name) => expected.get(name) !== found.get(name))
    .map((name) => ({
      part: 'manifest',
      name,
      expected: expected.get(name) ?? null,
      found: found.get(name) ?? null,
      largest_difference: null,
    }));
}

function compareTensors(
  name: string,
  expected: Tensor | undefined,
  found: Tensor | undefined,
): readonly AdapterDifference[] {
  const [first, second] = [describeTensor(expected), describeTensor(found)];
  const largest = first === second && expected && found ? largestDifference(expected, found) : null;
  if (largest === 0) return [];
  return [{ part: 'tensor', name, expected: first, found: second, largest_difference: largest }];
}

const describeTensor = (tensor: Tensor | undefined): string | null =>
  tensor === undefined ? null : `${tensor.dtype} [${tensor.dims.join(', ')}]`;

/** Null where one side's number is not finite. */
function largestDifference({ data: first }: Tensor, { data: second }: Tensor): number | null {
  let largest = 0;
  // A plain loop, as a table of n-grams has millions of numbers.
  for (let index = 0; index < first.length; index++)
    largest = Math.max(largest, Math.abs(Number(first[index]) - Number(second[index])));
  return Number.isFinite(largest) ? largest : null;
}
