import { createId } from '../../contract/index.ts';
import type { DriftWindow } from '../../contract/index.ts';
import { DRIFT_WINDOW_ROWS, testDrift } from '../../levi/drift/drift-test.ts';
import type { DriftEvidence, DriftTally } from '../../levi/drift/drift-test.ts';
import { nextDriftState } from '../../levi/drift/next-drift-state.ts';
import { findDriftState, listDriftTallies, stepDriftState } from '../../store/queries/drift.ts';
import type { DriftTallyRow } from '../../store/queries/drift.ts';
import type { ModelRow } from '../../store/queries/models.ts';
import { toSeconds } from '../context.ts';
import type { Services } from '../ports.ts';
import { newWebhookEvent } from '../events/new-event.ts';

const WINDOWS_KEPT = 24;
/** They are one value of a row, and name every label. */
const WINDOWS_CHARS = 500_000;
/** A window is at most so many flushes of predictions, of however many gateways. */
const MAX_TALLIES = 1_000;

/** What judging a window touches. */
export type DriftServices = Pick<Services, 'db' | 'clock' | 'wakeOutbox'>;

/**
 * Judges all predictions that no window was made of yet, if they are enough for one, and tells of a drift that begins with it. Any number of
 * gateways may do so at once: one of them succeeds.
 */
export async function judgeWindow(services: DriftServices, { id, projectId, driftReference }: ModelRow): Promise<void> {
  const { db, clock } = services;
  const tallies = await listDriftTallies(db, { modelId: id, limit: MAX_TALLIES });
  const total = addUp(tallies);
  if (driftReference === null || total.rows < DRIFT_WINDOW_ROWS) return;
  const before = await findDriftState(db, id);
  const evidence = testDrift(driftReference, total);
  const nowMs = clock.nowMs();
  const state = nextDriftState(before?.state ?? 'stable', evidence);
  const begins = state === 'drifting' && before?.state !== 'drifting';
  const windows = newest([toWindow(total, evidence, nowMs), ...(before?.windows ?? [])]);
  const isWritten = await stepDriftState(db, {
    next: {
      modelId: id,
      state,
      sinceMs: before?.state === state ? before.sinceMs : nowMs,
      windows,
      token: createId('driftTally', nowMs),
    },
    readToken: before?.token ?? null,
    tallyIds: tallies.map((tally) => tally.id),
    events: begins ? [newWebhookEvent({ projectId, type: 'model.drift.detected', subjectId: id, nowMs })] : [],
  });
  if (isWritten && begins) services.wakeOutbox();
}

/** The last ones that fit. */
function newest(windows: readonly DriftWindow[]): DriftWindow[] {
  let chars = 0;
  return windows.slice(0, WINDOWS_KEPT).filter((window) => (chars += JSON.stringify(window).length) <= WINDOWS_CHARS);
}

function addUp(tallies: readonly DriftTallyRow[]): DriftTally {
  const labels = new Map<string, number>();
  let rows = 0;
  let shiftSum = 0;
  for (const tally of tallies) {
    rows += tally.rows;
    shiftSum += tally.shiftSum;
    for (const [label, count] of Object.entries(tally.labels)) labels.set(label, (labels.get(label) ?? 0) + count);
  }
  return { rows, shiftSum, labels: Object.fromEntries(labels) };
}

function toWindow({ rows, labels }: DriftTally, evidence: DriftEvidence, nowMs: number): DriftWindow {
  const { meanShift, shiftBand, shiftP, labelDistance, labelP } = evidence;
  return {
    ended_at: toSeconds(nowMs),
    rows,
    mean_shift: meanShift,
    shift_band: [...shiftBand],
    shift_p: shiftP,
    label_rates:
      labelP === null
        ? null
        : Object.fromEntries(Object.entries(labels).map(([label, count]) => [label, count / rows])),
    label_distance: labelDistance,
    label_p: labelP,
  };
}
