import type { DriftWindow, ModelDrift } from '../sdk/index.ts';
import { formatTime } from './format-time.ts';
import { formatColumns } from './report-table.ts';

const STATES = {
  unavailable: 'unavailable: there are no validation rows to compare its predictions with',
  collecting: 'collecting: the first window is not full yet',
  stable: 'stable',
  drifting: 'drifting: inputs or labels are not those of validation any more',
} as const satisfies Record<ModelDrift['state'], string>;

/** State, what the next window has, and the last windows with what they were compared with. */
export function formatDrift({ state, since, collected, reference, windows }: ModelDrift): string {
  const head = `${STATES[state]}${since === null ? '' : ` (since ${formatTime(since)})`}`;
  if (reference === null) return head;
  const next = `next window: ${collected.rows} of ${collected.needed} predictions; compared with ${reference.rows} validation rows`;
  if (windows.length === 0) return `${head}\n${next}`;
  const table = [['until', 'rows', 'mean shift', 'p', 'label distance', 'p'], ...windows.map(toColumns)];
  return `${head}\n${next}\n\n${formatColumns(table)}`;
}

function toColumns({
  ended_at,
  rows,
  mean_shift,
  shift_band,
  shift_p,
  label_distance,
  label_p,
}: DriftWindow): string[] {
  const [low, high] = shift_band;
  return [
    formatTime(ended_at),
    String(rows),
    `${mean_shift.toFixed(3)} (${low.toFixed(3)}-${high.toFixed(3)})`,
    formatP(shift_p),
    label_distance === null ? '' : label_distance.toFixed(3),
    label_p === null ? '' : formatP(label_p),
  ];
}

const formatP = (p: number): string => (p < 0.0001 ? '<0.0001' : p.toFixed(4));
