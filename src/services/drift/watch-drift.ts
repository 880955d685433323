import type { Prediction } from '../../contract/index.ts';
import { nameRange } from '../../levi/drift/ranges.ts';
import type { ModelRow } from '../../store/queries/models.ts';
import type { Services } from '../ports.ts';
import { flushTallies } from './flush-tallies.ts';
import type { DriftServices } from './judge-window.ts';
import { talliesOf } from './tallies.ts';

type WatchedPrediction = Pick<Prediction, 'model' | 'shift_score' | 'label' | 'value'>;

/**
 * Adds predictions to their models' tallies in memory, which are written a moment later: nothing here waits. Models without anything to compare with, and
 * predictions without a shift score, are left out.
 */
export function watchDrift(
  services: DriftServices & Pick<Services, 'runLater'>,
  models: readonly ModelRow[],
  predictions: readonly WatchedPrediction[],
): void {
  const watched = new Map(models.filter(({ driftReference }) => driftReference !== null).map((row) => [row.id, row]));
  if (watched.size === 0) return;
  const tallies = talliesOf(services);
  for (const { model, shift_score: shift, label, value } of predictions) {
    const row = watched.get(model);
    if (row === undefined || shift === null) continue;
    const { cuts } = row.driftReference ?? {};
    const range = cuts === undefined || value === undefined ? null : nameRange(value, cuts);
    tallies.add(row, { shift, label: label ?? range });
  }
  tallies.putOffFlush(services, () => flushTallies(services));
}
