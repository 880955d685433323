import { createId } from '../../contract/index.ts';
import { DRIFT_WINDOW_ROWS } from '../../levi/drift/drift-test.ts';
import { addDriftTally } from '../../store/queries/drift.ts';
import { judgeWindow } from './judge-window.ts';
import type { DriftServices } from './judge-window.ts';
import { talliesOf } from './tallies.ts';
import type { Tally } from './tallies.ts';

/** Writes what was added up in memory, and judges a model's window where it is full. What cannot be written is tried again with the next predictions. */
export async function flushTallies(services: DriftServices): Promise<void> {
  const tallies = talliesOf(services);
  const outcomes = await Promise.allSettled(
    tallies.take().map(async (tally) => {
      const pending = await write(services, tally).catch((error: unknown) => {
        tallies.restore(tally);
        throw error;
      });
      if (pending >= DRIFT_WINDOW_ROWS) await judgeWindow(services, tally.model);
    }),
  );
  const failed = outcomes.find((outcome) => outcome.status === 'rejected');
  if (failed) throw failed.reason;
}

function write({ db, clock }: DriftServices, { model, rows, shiftSum, labels }: Tally): Promise<number> {
  const id = createId('driftTally', clock.nowMs());
  return addDriftTally(db, { id, modelId: model.id, rows, shiftSum, labels: Object.fromEntries(labels) });
}
