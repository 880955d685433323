import { join } from 'node:path';
import { createRandom } from '../src/engine/index.ts';
import type { Random } from '../src/engine/index.ts';
import { DRIFT_WINDOW_ROWS, testDrift } from '../src/levi/drift/drift-test.ts';
import { nextDriftState } from '../src/levi/drift/next-drift-state.ts';
import type { DriftState } from '../src/levi/drift/next-drift-state.ts';
import { openNodeDatabase } from '../src/platform/node/database.ts';
import { watchDrift } from '../src/services/drift/watch-drift.ts';
import type { ModelRow } from '../src/store/queries/models.ts';
import { simulateReference, simulateWindow } from '../tests/support/drift-traffic.ts';
import type { Traffic } from '../tests/support/drift-traffic.ts';
import type { BenchResult, BenchRow } from './result.ts';
import { timed } from './stopwatch.ts';

const MODELS = 4_000;
const WINDOWS = 10;
const VALIDATION_ROWS = [42, 200, 1_000];
const LABELS = [2, 6, 30];
const GOAL = 1;
const BATCH = 256;
const BATCHES = 4_000;

/** Simulated traffic: false alarms per 1,000 windows without drift, and how many predictions a real one takes to be told. */
export async function benchDrift(): Promise<BenchResult> {
  const random = createRandom(1);
  const quiet = VALIDATION_ROWS.flatMap((rows) => LABELS.map((labels) => falseAlarms(random, rows, labels)));
  const drifts: readonly [string, Partial<Traffic>][] = [
    ['a shift score of 0.70 on average (SST-2 to IMDB: 0.67)', { atypicality: 0.7 }],
    ['of 0.85 (SST-2 to Yelp)', { atypicality: 0.85 }],
    ['one label 15 points more frequent', { moreOfFirst: 0.15 }],
    ['25 points', { moreOfFirst: 0.25 }],
  ];
  return {
    title: `Drift watch: windows of ${DRIFT_WINDOW_ROWS} predictions, ${MODELS} models each`,
    rows: [...quiet, ...drifts.map(([what, drift]) => delay(random, what, drift)), await counting()],
  };
}

function falseAlarms(random: Random, validationRows: number, labels: number): BenchRow {
  let windows = 0;
  let events = 0;
  let alarms = 0;
  for (let model = 0; model < MODELS; model++) {
    const traffic = { labels, atypicality: 0.5, moreOfFirst: 0 };
    const { reference, held } = simulateReference(random, traffic, validationRows);
    let state: DriftState = 'stable';
    for (let window = 0; window < WINDOWS; window++) {
      const evidence = testDrift(reference, simulateWindow(random, traffic, held, DRIFT_WINDOW_ROWS));
      if (nextDriftState('stable', evidence) === 'drifting') alarms += 1;
      const next = nextDriftState(state, evidence);
      if (next === 'drifting' && state === 'stable') events += 1;
      state = next;
      windows += 1;
    }
  }
  const perThousand = (count: number): string => ((1_000 * count) / windows).toFixed(2);
  return {
    what: `no drift, ${validationRows} validation rows, ${labels} labels: false alarms per 1,000 windows (events)`,
    measured: `${perThousand(alarms)} (${perThousand(events)})`,
    baseline: '',
    ratio: null,
    goal: `<= ${GOAL}`,
  };
}

function delay(random: Random, what: string, drift: Partial<Traffic>): BenchRow {
  const DRIFTS = 400;
  const MOST = 50;
  const delays: number[] = [];
  for (let model = 0; model < DRIFTS; model++) {
    const calm = { labels: 6, atypicality: 0.5, moreOfFirst: 0 };
    const { reference, held } = simulateReference(random, calm, 200);
    let window = 1;
    for (; window < MOST; window++) {
      const tally = simulateWindow(random, { ...calm, ...drift }, held, DRIFT_WINDOW_ROWS);
      if (nextDriftState('stable', testDrift(reference, tally)) === 'drifting') break;
    }
    delays.push(window * DRIFT_WINDOW_ROWS);
  }
  const sorted = delays.toSorted((a, b) => a - b);
  const quantile = (share: number): number => sorted[Math.floor(share * (DRIFTS - 1))] ?? 0;
  return {
    what: `${what}, 200 validation rows: predictions until it is told, median (95 %)`,
    measured: `${quantile(0.5)} (${quantile(0.95)})`,
    baseline: '',
    ratio: null,
    goal: '',
  };
}

/** What a request waits for: its predictions are added up in memory. */
async function counting(): Promise<BenchRow> {
  using database = await openNodeDatabase(':memory:', join(import.meta.dirname, '../migrations'));
  const services = {
    db: database.db,
    clock: { nowMs: () => Date.now() },
    wakeOutbox: () => {},
    runLater: () => {},
  };
  const predictions = Array.from({ length: BATCH }, (_, index) => ({
    model: MODEL.id,
    shift_score: 0.5,
    label: `label ${index % 6}`,
  }));
  const add = () => watchDrift(services, [MODEL], predictions);
  for (let batch = 0; batch < BATCHES; batch++) add();
  const { ms } = await timed(async () => {
    for (let batch = 0; batch < BATCHES; batch++) add();
  });
  return {
    what: `counting a prediction, in requests of ${BATCH}`,
    measured: `${((ms * 1_000) / (BATCHES * BATCH)).toFixed(2)} us`,
    baseline: '',
    ratio: null,
    goal: '',
  };
}

const MODEL: ModelRow = {
  id: 'ft:bench',
  projectId: 'proj_bench',
  jobId: 'ftjob-bench',
  backbone: 'all-minilm-l6-v2',
  method: 'levi',
  labels: [],
  adapterSha256: '',
  adapterBytes: 0,
  adapterKey: '',
  createdMs: 0,
  driftReference: { rows: 200, labels: {} },
  step: null,
  metrics: null,
};
