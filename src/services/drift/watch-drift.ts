import type { Prediction } from '../../contract/index.ts';
import type { ModelRow } from '../../store/queries/models.ts';
import type { Services } from '../ports.ts';
import { flushTallies } from './flush-tallies.ts';
import { talliesOf } from './tallies.ts';

/** Bounds what a killed gateway loses, and how often a busy model writes. */
const FLUSH_MS = 2_000;

/**
 * Adds predictions to their models' tallies in memory, which are written a moment later: nothing here waits. Models without anything to compare with, and
 * predictions without a shift score, are left out.
 */
export function watchDrift(services: Services, models: readonly ModelRow[], predictions: readonly Prediction[]): void {
  const watched = new Map(models.filter(({ driftReference }) => driftReference !== null).map((row) => [row.id, row]));
  if (watched.size === 0) return;
  const tallies = talliesOf(services);
  for (const { model, shift_score: shift, label } of predictions) {
    const row = watched.get(model);
    if (row !== undefined && shift !== null) tallies.add(row, { shift, label });
  }
  if (tallies.scheduleFlush(services.clock.nowMs(), FLUSH_MS)) {
    services.runLater(FLUSH_MS, () => flushTallies(services));
  }
}
