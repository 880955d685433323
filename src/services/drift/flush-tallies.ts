import { createId } from '../../contract/index.ts';
import { DRIFT_WINDOW_ROWS } from '../../levi/drift/drift-test.ts';
import { addDriftTallies } from '../../store/queries/drift.ts';
import type { DriftTallyRow } from '../../store/queries/drift.ts';
import { judgeWindow } from './judge-window.ts';
import type { DriftServices } from './judge-window.ts';
import { talliesOf } from './tallies.ts';
import type { Tally } from './tallies.ts';

/** Of one statement's rows, which are one value: a model with very many labels has a large one. */
const PART_CHARS = 500_000;

/**
 * Writes what was added up in memory, all models in a statement, and judges a model's window where it is full. What cannot be written is tried
 * again with the next predictions.
 */
export async function flushTallies(services: DriftServices): Promise<void> {
  const tallies = talliesOf(services);
  const parts = inParts(tallies.take().map((tally) => ({ tally, row: toRow(services, tally) })));
  const outcomes = await Promise.allSettled(
    parts.map(async (part) => {
      const pending = await addDriftTallies(
        services.db,
        part.map(({ row }) => row),
      ).catch((error: unknown) => {
        for (const { tally } of part) tallies.restore(tally);
        throw error;
      });
      const full = part.filter(({ row: { modelId } }) => (pending.get(modelId) ?? 0) >= DRIFT_WINDOW_ROWS);
      for (const { tally } of full) await judgeWindow(services, tally.model);
    }),
  );
  const failed = outcomes.find((outcome) => outcome.status === 'rejected');
  if (failed) throw failed.reason;
}

const toRow = ({ clock }: DriftServices, { model, rows, shiftSum, labels }: Tally): DriftTallyRow => ({
  id: createId('driftTally', clock.nowMs()),
  modelId: model.id,
  rows,
  shiftSum,
  labels: Object.fromEntries(labels),
});

interface Written {
  readonly tally: Tally;
  readonly row: DriftTallyRow;
}

function inParts(all: readonly Written[]): Written[][] {
  const parts: Written[][] = [];
  let left = 0;
  for (const each of all) {
    const chars = JSON.stringify(each.row).length;
    if (chars > left) {
      parts.push([]);
      left = PART_CHARS;
    }
    parts.at(-1)?.push(each);
    left -= chars;
  }
  return parts;
}
