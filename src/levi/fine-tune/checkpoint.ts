import { z } from 'zod';
import { readSafetensors, writeSafetensors } from '../../engine/index.ts';
import { Curve, TRAINED_PARTS } from '../methods/trained-part.ts';
import type { PartState, TrainedPart, TrainedPartKey } from '../methods/trained-part.ts';
import { prefixed, withoutPrefix } from './tensor-names.ts';

/** How far a run has come: parts that are finished, and the state of the one in the middle. */
export interface Checkpoint {
  readonly finished: ReadonlyMap<TrainedPartKey, TrainedPart>;
  readonly current: { readonly key: TrainedPartKey; readonly state: PartState; readonly seconds: number } | null;
}

const Key = z.enum(TRAINED_PARTS);
const Header = z.object({
  version: z.literal(1),
  run: z.string(),
  finished: z.array(
    z.object({
      key: Key,
      probeTaps: z.array(z.int()),
      detail: z.record(z.string(), z.union([z.number(), z.string()])),
      seconds: z.number(),
      curve: Curve,
    }),
  ),
  current: z.object({ key: Key, values: z.unknown(), seconds: z.number() }).nullable(),
});

const HEADER = 'levigate_checkpoint';
const CURRENT = 'current/';
const finishedPrefix = (key: TrainedPartKey): string => `finished/${key}/`;

/** `run` names the run (its files, configuration and seed); a checkpoint of another one is not resumed from. */
export function writeCheckpoint({ finished, current }: Checkpoint, run: string): Uint8Array {
  const header: z.input<typeof Header> = {
    version: 1,
    run,
    finished: [...finished].map(([key, { probeTaps, detail, seconds, curve }]) => ({
      key,
      probeTaps: [...probeTaps],
      detail: { ...detail },
      seconds,
      curve,
    })),
    current: current && { key: current.key, values: current.state.values, seconds: current.seconds },
  };
  const parts = [...finished].map(([key, { tensors }]) => prefixed(finishedPrefix(key), tensors));
  const state = current === null ? {} : prefixed(CURRENT, current.state.tensors);
  return writeSafetensors(Object.assign({}, ...parts, state), { [HEADER]: JSON.stringify(header) });
}

/** Null when the bytes are no checkpoint of this run: then it starts again, which costs time and no correctness. */
export function readCheckpoint(bytes: Uint8Array, run: string): Checkpoint | null {
  try {
    const { tensors, metadata } = readSafetensors(bytes);
    const header = Header.parse(JSON.parse(metadata[HEADER] ?? 'null'));
    if (header.run !== run) return null;
    const finished = header.finished.map(({ key, ...part }) => {
      return [key, { ...part, tensors: withoutPrefix(finishedPrefix(key), tensors) }] as const;
    });
    const { current } = header;
    const state = current && { tensors: withoutPrefix(CURRENT, tensors), values: current.values };
    return {
      finished: new Map(finished),
      current: current && state && { key: current.key, state, seconds: current.seconds },
    };
  } catch {
    return null;
  }
}
