import { z } from 'zod';
import { readSafetensors, writeSafetensors } from '../../engine/index.ts';
import { Curve, TRAINED_PARTS } from '../methods/trained-part.ts';
import type { PartState, TrainedPart, TrainedPartKey } from '../methods/trained-part.ts';
import { SearchState } from '../search/search-config.ts';
import { prefixed, withoutPrefix } from '../tensor-names.ts';

/** How far a run has come: parts that are finished, and the state of the one in the middle. */
export interface Checkpoint {
  /** What a search for hyperparameters knows; empty without one. */
  readonly search: SearchState;
  readonly finished: ReadonlyMap<TrainedPartKey, TrainedPart>;
  /** Those trained again after the choices were made. */
  readonly refitted: ReadonlyMap<TrainedPartKey, TrainedPart>;
  readonly current: { readonly key: TrainedPartKey; readonly state: PartState; readonly seconds: number } | null;
}

const Key = z.enum(TRAINED_PARTS);
const StoredPart = z.object({
  key: Key,
  probeTaps: z.array(z.int()),
  detail: z.record(z.string(), z.union([z.number(), z.string()])),
  seconds: z.number(),
  curve: Curve,
});
const Header = z.object({
  version: z.literal(3),
  run: z.string(),
  search: SearchState,
  finished: z.array(StoredPart),
  refitted: z.array(StoredPart),
  current: z.object({ key: Key, values: z.unknown(), seconds: z.number() }).nullable(),
});

const HEADER = 'levigate_checkpoint';
const CURRENT = 'current/';
type Stage = 'finished' | 'refitted';
const prefixOf = (stage: Stage, key: TrainedPartKey): string => `${stage}/${key}/`;

/** `run` names the run (its files, configuration and seed); a checkpoint of another one is not resumed from. */
export function writeCheckpoint({ search, finished, refitted, current }: Checkpoint, run: string): Uint8Array {
  const header: z.input<typeof Header> = {
    version: 3,
    run,
    search: [...search],
    finished: describeParts(finished),
    refitted: describeParts(refitted),
    current: current && { key: current.key, values: current.state.values, seconds: current.seconds },
  };
  const tensors = Object.assign(
    {},
    ...tensorsOf('finished', finished),
    ...tensorsOf('refitted', refitted),
    current === null ? {} : prefixed(CURRENT, current.state.tensors),
  );
  return writeSafetensors(tensors, { [HEADER]: JSON.stringify(header) });
}

/** Null when the bytes are no checkpoint of this run: then it starts again, which costs time and no correctness. */
export function readCheckpoint(bytes: Uint8Array, run: string): Checkpoint | null {
  try {
    const { tensors, metadata } = readSafetensors(bytes);
    const header = Header.parse(JSON.parse(metadata[HEADER] ?? 'null'));
    if (header.run !== run) return null;
    const partsOf = (stage: Stage): Checkpoint['finished'] =>
      new Map(
        header[stage].map(({ key, ...part }) => [
          key,
          { ...part, tensors: withoutPrefix(prefixOf(stage, key), tensors) },
        ]),
      );
    const { current } = header;
    const state = current && { tensors: withoutPrefix(CURRENT, tensors), values: current.values };
    return {
      search: header.search,
      finished: partsOf('finished'),
      refitted: partsOf('refitted'),
      current: current && state && { key: current.key, state, seconds: current.seconds },
    };
  } catch {
    return null;
  }
}

function describeParts(parts: Checkpoint['finished']): z.input<typeof StoredPart>[] {
  return [...parts].map(([key, { probeTaps, detail, seconds, curve }]) => {
    return { key, probeTaps: [...probeTaps], detail: { ...detail }, seconds, curve };
  });
}

function tensorsOf(stage: Stage, parts: Checkpoint['finished']): readonly TrainedPart['tensors'][] {
  return [...parts].map(([key, { tensors }]) => prefixed(prefixOf(stage, key), tensors));
}
