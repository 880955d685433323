import { createRandom } from '../../../src/engine/index.ts';
import { resolveLeviConfig } from '../../../src/levi/index.ts';
import type { FineTuneInput, LabelledFeatures, LeviConfigInput } from '../../../src/levi/index.ts';
import { syntheticInput, TAPS, WIDTH } from './synthetic-task.ts';

const USERS = 30;
const ITEMS = 20;

/**
 * Ratings that a user and an item have in common, which their ids alone tell; features and text know the item's genre. `newIds`: users and items
 * that no other set has.
 */
export function ratingRows(rows: number, seed: number, newIds = 0): LabelledFeatures {
  const random = createRandom(seed);
  const data = new Float32Array(rows * TAPS * WIDTH);
  const records = Array.from({ length: rows }, (_, row) => {
    const [user, item] = [random.integer(USERS), random.integer(ITEMS)];
    for (let index = 0; index < TAPS * WIDTH; index++)
      data[row * TAPS * WIDTH + index] = (item % 3) * 0.5 * Math.sin(index) + random.normal();
    const age = 20 + (user % 7) * 5;
    const rating = 3 + Math.sin(user * 2.3) + 1.2 * Math.sin(item * 1.7) + (age - 35) / 30 + 0.3 * random.normal();
    const fields = { user_id: user + newIds, item_id: `item ${item + newIds}`, age };
    return { text: `a film of genre ${item % 3}`, label: Math.min(5, Math.max(1, Math.round(rating))), fields };
  });
  return { records, features: { rows, taps: TAPS, width: WIDTH, data } };
}

export function ratingInput({ levi = {}, hyperparameters = {} }: LeviConfigInput = {}): FineTuneInput {
  return {
    ...syntheticInput(),
    train: ratingRows(600, 1),
    shifts: [{ name: 'new ids', ...ratingRows(100, 2, 1000) }],
    config: resolveLeviConfig({
      levi: {
        task: 'ordinal',
        width: 8,
        columns: { fields: { user_id: 'id', item_id: 'id', age: 'number' } },
        ...levi,
      },
      hyperparameters: { n_epochs: 12, learning_rate_multiplier: 5, ...hyperparameters },
    }),
  };
}
