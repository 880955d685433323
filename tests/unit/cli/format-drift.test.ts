import { expect, test } from 'vitest';
import { formatDrift } from '../../../src/cli/format-drift.ts';
import type { ModelDrift } from '../../../src/sdk/index.ts';

const drift: ModelDrift = {
  object: 'model.drift',
  model: 'm',
  state: 'drifting',
  since: 1_795_478_400,
  collected: { rows: 31, needed: 200 },
  reference: { rows: 300, label_rates: { a: 1 } },
  windows: [
    {
      ended_at: 1_795_478_400,
      rows: 204,
      mean_shift: 0.7123,
      shift_band: [0.406, 0.594],
      shift_p: 1e-15,
      label_rates: { a: 1 },
      label_distance: 0.051,
      label_p: 0.25513,
    },
  ],
};

test('shows the state, what the next window has, and the last windows', () => {
  const [state, next, , head, row] = formatDrift(drift).split('\n');
  expect(state).toBe('drifting: inputs or labels are not those of validation any more (since 2026-11-24 00:00:00)');
  expect(next).toBe('next window: 31 of 200 predictions; compared with 300 validation rows');
  expect(head).toMatch(/until +rows +mean shift +p +label distance +p/);
  expect(row).toMatch(/2026-11-24 00:00:00 +204 +0\.712 \(0\.406-0\.594\) +<0\.0001 +0\.051 +0\.2551/);
});

test('leaves out label figures of numbers, and everything where nothing is compared', () => {
  const [window] = drift.windows;
  if (!window) throw new Error('a window stands above');
  const numbers = { ...drift, windows: [{ ...window, label_rates: null, label_distance: null, label_p: null }] };
  expect(formatDrift(numbers).split('\n').at(-1)).toMatch(/<0\.0001 *$/);
  expect(formatDrift({ ...drift, state: 'unavailable', since: null, reference: null, windows: [] })).toBe(
    'unavailable: there are no validation rows to compare its predictions with',
  );
});
