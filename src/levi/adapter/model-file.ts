import { LevigateError } from '../../contract/errors.ts';
import { ONLY_TARGET } from '../records/columns.ts';
import type { Adapter } from './adapter.ts';
import { readBundle, writeBundle } from './bundle.ts';
import { readAdapter } from './read-adapter.ts';

export interface TargetAdapter {
  readonly name: string;
  readonly adapter: Adapter;
}

/** What a job delivers: the adapter itself, or a bundle of one per target. */
export function writeModel(adapters: ReadonlyMap<string, Uint8Array>): Uint8Array {
  const [only, ...others] = adapters.values();
  return only !== undefined && others.length === 0 ? only : writeBundle(adapters);
}

/** The adapters of a model's file, in the order of its targets. Throws `adapter_invalid` saying what is wrong. */
export function readModel(bytes: Uint8Array): readonly [TargetAdapter, ...TargetAdapter[]] {
  const [first, ...others] = readFiles(bytes);
  if (first === undefined) throw new LevigateError('adapter_invalid', 'The model holds no adapter.');
  const read = ([name, file]: readonly [string, Uint8Array]): TargetAdapter => ({ name, adapter: readAdapter(file) });
  return [read(first), ...others.map(read)];
}

function readFiles(bytes: Uint8Array): readonly (readonly [string, Uint8Array])[] {
  try {
    return [...(readBundle(bytes) ?? new Map([[ONLY_TARGET, bytes]]))];
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : 'unreadable';
    throw new LevigateError('adapter_invalid', `The model is not a readable safetensors file (${reason}).`, { cause });
  }
}
