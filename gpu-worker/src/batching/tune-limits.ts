import { getLogger } from '@logtape/logtape';
import { guessedLimits, measuredLimits } from './batch-limits.ts';
import { calibrate } from './calibrate.ts';
import type { CalibrateOptions } from './calibrate.ts';
import { keepCalibration, readCalibration } from './calibration-file.ts';
import type { CalibrationPlace } from './calibration-file.ts';
import type { BatchLimits } from './pick-batch.ts';

const log = getLogger(['levigate', 'worker', 'batching']);

export interface TuneOptions extends Omit<CalibrateOptions, 'signal'> {
  /** Until something was measured. */
  readonly tokenBudget: number;
  /** Of the shortest input that is likely. */
  readonly leastTokensARow: number;
  /** Where measurements are kept; null: the budget is the operator's, and stays. */
  readonly place: CalibrationPlace | null;
  readonly signal: AbortSignal;
}

/**
 * A backbone's limits on this machine: what was measured at an earlier start, else a guess until the device has had a few idle seconds. Serving
 * does not wait for it.
 */
export async function tuneLimits(options: TuneOptions): Promise<() => BatchLimits> {
  const { tokenBudget, leastTokensARow, place } = options;
  let limits = guessedLimits(tokenBudget, leastTokensARow);
  if (place === null) return () => limits;
  const kept = await readCalibration(place);
  if (kept) limits = measuredLimits(kept, leastTokensARow);
  else
    measure(options, place).then(
      (measured) => {
        if (measured) limits = measuredLimits(measured, leastTokensARow);
      },
      (error: unknown) => log.warn('the batch size could not be measured', { error }),
    );
  return () => limits;
}

async function measure(options: TuneOptions, place: CalibrationPlace) {
  const measured = await calibrate(options);
  if (!measured) return null;
  log.info('batches were measured', { tokenBudget: measured.tokenBudget, points: measured.points });
  await keepCalibration(place, measured);
  return measured;
}
