import { z } from 'zod';
import { createRandom, float32Data, tensor } from '../../engine/index.ts';
import { Curve } from '../methods/trained-part.ts';
import type { PartState } from '../methods/trained-part.ts';
import { prefixed, withoutPrefix } from '../fine-tune/tensor-names.ts';
import type { EpochKeeper } from './epoch-keeper.ts';
import type { LeviTraining } from './train-levi.ts';

const Word = z.int().min(0);
const Values = z.object({
  step: z.int().min(0),
  random: z.tuple([Word, Word, Word, Word]).readonly(),
  bestEpoch: z.int().min(1),
  curve: Curve,
});

type LeviStateValues = z.infer<typeof Values>;

const TRAINER = 'trainer/';
const BEST = 'best/';
const TABLE = 'table/value';
const FIRST = 'table/first';
const SECOND = 'table/second';

/** Copies of all that changes, so that training can go on elsewhere as if it had not stopped. */
export function writeLeviState({ trainer, table, moments, random }: LeviTraining, keeper: EpochKeeper): PartState {
  const { step, tensors } = trainer.exportState();
  const { epoch, weights } = keeper.best();
  return {
    tensors: {
      ...prefixed(TRAINER, tensors),
      ...prefixed(BEST, weights),
      [TABLE]: tensor(table.slice()),
      [FIRST]: tensor(moments.first.slice()),
      [SECOND]: tensor(moments.second.slice()),
    },
    values: { step, random: random.state, bestEpoch: epoch, curve: keeper.curve() } satisfies LeviStateValues,
  };
}

/** The inverse: fills the fresh training and the keeper from a state. */
export function readLeviState(fresh: LeviTraining, keeper: EpochKeeper, { tensors, values }: PartState): LeviTraining {
  const { step, random, bestEpoch, curve } = Values.parse(values);
  fresh.trainer.importState({ step, tensors: withoutPrefix(TRAINER, tensors) });
  keeper.restore(curve, bestEpoch, withoutPrefix(BEST, tensors));
  const copyTo = (target: Float32Array, name: string): void => {
    const stored = tensors[name];
    if (stored === undefined) throw new Error(`internal: a checkpoint without "${name}"`);
    target.set(float32Data(stored));
  };
  copyTo(fresh.table, TABLE);
  copyTo(fresh.moments.first, FIRST);
  copyTo(fresh.moments.second, SECOND);
  return { ...fresh, random: createRandom(random) };
}
