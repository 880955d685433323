import { ALARM_P } from './drift-test.ts';
import type { DriftEvidence } from './drift-test.ts';

export type DriftState = 'stable' | 'drifting';

/** A window this likely without drift ends one. */
const CALM_P = 0.05;

/**
 * Drift begins with a window that either statistic finds too unlikely, and ends with one that neither finds remarkable, so that a drift is told
 * once, however many windows it lasts.
 */
export function nextDriftState(state: DriftState, { shiftP, labelP }: DriftEvidence): DriftState {
  const least = Math.min(shiftP, labelP ?? 1);
  if (least < ALARM_P) return 'drifting';
  return state === 'drifting' && least < CALM_P ? 'drifting' : 'stable';
}
