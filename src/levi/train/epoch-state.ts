import { z } from 'zod';
import { createRandom, float32Data, tensor } from '../../engine/index.ts';
import type { Tensor } from '../../engine/index.ts';
import { Curve } from '../methods/trained-part.ts';
import type { PartState } from '../methods/trained-part.ts';
import { prefixed, withoutPrefix } from '../tensor-names.ts';
import type { TaskTable } from '../task-model/task-tables.ts';
import type { EpochKeeper } from './epoch-keeper.ts';
import type { EpochTraining } from './epoch-training.ts';

const Word = z.int().min(0);
const Values = z.object({
  step: z.int().min(0),
  random: z.tuple([Word, Word, Word, Word]).readonly(),
  bestEpoch: z.int().min(1),
  curve: Curve,
});

type EpochStateValues = z.infer<typeof Values>;

const TRAINER = 'trainer/';
const BEST = 'best/';
const TABLES = 'tables/';

/** Copies of all that changes, so that training can go on elsewhere as if it had not stopped. */
export function writeEpochState({ trainer, tables, random }: EpochTraining, keeper: EpochKeeper): PartState {
  const { step, tensors } = trainer.exportState();
  const { epoch, weights } = keeper.best();
  const ofTables = tables.flatMap((table) =>
    Object.entries(arraysOf(table)).map(([name, values]): [string, Tensor] => [TABLES + name, tensor(values.slice())]),
  );
  return {
    tensors: { ...prefixed(TRAINER, tensors), ...prefixed(BEST, weights), ...Object.fromEntries(ofTables) },
    values: { step, random: random.state, bestEpoch: epoch, curve: keeper.curve() } satisfies EpochStateValues,
  };
}

/** The inverse: fills the fresh training and the keeper from a state. */
export function readEpochState(
  fresh: EpochTraining,
  keeper: EpochKeeper,
  { tensors, values }: PartState,
): EpochTraining {
  const { step, random, bestEpoch, curve } = Values.parse(values);
  fresh.trainer.importState({ step, tensors: withoutPrefix(TRAINER, tensors) });
  keeper.restore(curve, bestEpoch, withoutPrefix(BEST, tensors));
  for (const table of fresh.tables) {
    for (const [name, values] of Object.entries(arraysOf(table))) {
      const stored = tensors[TABLES + name];
      if (stored === undefined) throw new Error(`internal: a checkpoint without "${TABLES + name}"`);
      values.set(float32Data(stored));
    }
  }
  return { ...fresh, random: createRandom(random) };
}

/** All of a table that changes, by name. */
function arraysOf({ name, values, moments }: TaskTable): Readonly<Record<string, Float32Array>> {
  return { [`${name}/value`]: values, [`${name}/first`]: moments.first, [`${name}/second`]: moments.second };
}
