import { z } from 'zod';
import { LevigateError } from '../../contract/errors.ts';
import { firstMistake } from '../../contract/mistakes.ts';
import { ONLY_TARGET } from '../records/columns.ts';
import { AdapterManifest, MANIFEST_KEY } from './manifest.ts';

/** Reads exactly the bytes of a range of the file. */
export type ReadRange = (offset: number, length: number) => Promise<Uint8Array>;

// A header names tensors: far below this even of sixteen targets.
const MAX_HEADER_BYTES = 4 * 1024 * 1024;
const LENGTH_BYTES = 8;
const BUNDLE_KEY = 'levigate_bundle';

const Tensor = z.object({ data_offsets: z.tuple([z.int().min(0), z.int().min(0)]) });
const Metadata = z.record(z.string(), z.string());
const Bundle = z.array(z.object({ name: z.string(), metadata: Metadata }));

/**
 * What a model's file says of itself, by target, without reading its numbers: those are checked where they are used.
 *
 * @throws LevigateError `adapter_invalid`
 */
export async function readAdapterHeader(
  read: ReadRange,
  sizeBytes: number,
): Promise<ReadonlyMap<string, AdapterManifest>> {
  const header = await readHeader(read, sizeBytes);
  const { __metadata__: given, ...tensors } = header;
  const metadata = Metadata.safeParse(given);
  const ends = Object.values(tensors).map((tensor) => Tensor.safeParse(tensor).data?.data_offsets[1] ?? Number.NaN);
  const dataBytes = sizeBytes - LENGTH_BYTES - (await headerBytes(read, sizeBytes));
  if (!metadata.success || Math.max(0, ...ends) !== dataBytes) throw invalid('its header does not fit its size');
  const bundle = metadata.data[BUNDLE_KEY];
  if (bundle === undefined) return new Map([[ONLY_TARGET, toManifest(metadata.data)]]);
  const parsed = Bundle.safeParse(parseJson(bundle));
  if (!parsed.success) throw invalid('its list of targets is not understood');
  return new Map(parsed.data.map(({ name, metadata: own }) => [name, toManifest(own)]));
}

async function headerBytes(read: ReadRange, sizeBytes: number): Promise<number> {
  if (sizeBytes < LENGTH_BYTES) throw invalid('it is no safetensors file');
  const bytes = await read(0, LENGTH_BYTES);
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset, LENGTH_BYTES).getBigUint64(0, true));
  if (length > 0 && length <= Math.min(MAX_HEADER_BYTES, sizeBytes - LENGTH_BYTES)) return length;
  throw invalid('it is no safetensors file');
}

async function readHeader(read: ReadRange, sizeBytes: number): Promise<Readonly<Record<string, unknown>>> {
  const bytes = await read(LENGTH_BYTES, await headerBytes(read, sizeBytes));
  const parsed = z.record(z.string(), z.unknown()).safeParse(parseJson(new TextDecoder().decode(bytes)));
  if (parsed.success) return parsed.data;
  throw invalid('its header is not JSON');
}

function toManifest(metadata: Readonly<Record<string, string>>): AdapterManifest {
  const parsed = AdapterManifest.safeParse(parseJson(metadata[MANIFEST_KEY] ?? ''));
  if (parsed.success) return parsed.data;
  const { path, message } = firstMistake(parsed.error);
  throw invalid(`its manifest is not understood ("${path}": ${message})`);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

const invalid = (problem: string): LevigateError =>
  new LevigateError('adapter_invalid', `the adapter is not one of Levigate's: ${problem}`);
