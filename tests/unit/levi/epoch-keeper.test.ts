import { expect, test } from 'vitest';
import { createEpochKeeper } from '../../../src/levi/train/epoch-keeper.ts';

/** Epochs until training ends, where the second one is the best. */
function epochsOf(stepsPerEpoch: number, hasFields: boolean): number {
  const keeper = createEpochKeeper({ config: { maxEpochs: 'auto', patience: 3 }, stepsPerEpoch, hasFields });
  for (let epoch = 1; !keeper.isOver(); epoch++) {
    const validLoss = epoch === 2 ? 1 : 1.1;
    keeper.add({ epoch, step: epoch * stepsPerEpoch, trainLoss: 1, trainScore: 0, validLoss, validScore: 0 }, {});
  }
  expect(keeper.best().epoch).toBe(2);
  return keeper.epochs();
}

test('training ends three epochs after the best one, and not before 30 steps have shown no gain', () => {
  expect(epochsOf(100, false)).toBe(5);
  expect(epochsOf(6, false)).toBe(7);
});

// On 350 rows LEVI learned what the text says in two epochs and was stopped before its ids said anything.
test('with fields it waits for 150 steps, as embeddings near zero take a hundred to say anything', () => {
  expect(epochsOf(100, true)).toBe(5);
  expect(epochsOf(6, true)).toBe(27);
});
