import { BASE_PER_MONTH, dollarsFor, METERS, PRICES_OF } from './prices.ts';
import type { MeterName } from './prices.ts';

/** As bench/cost/measure.ts prints it. */
export interface OperationUsage {
  readonly name: string;
  readonly d1Queries: number;
  readonly d1RowsRead: number;
  readonly d1RowsWritten: number;
  readonly r2ClassA: number;
  readonly r2ClassB: number;
  readonly queueMessages: number;
  readonly objectCalls: number;
}

interface Load {
  readonly name: string;
  readonly predictions: number;
  readonly jobs: number;
  /** Seconds that one container is awake; workers elsewhere are somebody else's bill. */
  readonly containerSeconds: number;
  /** Workers that are always there, containers or not, in months. */
  readonly workerMonths: number;
  /** In which a project's limiter is in memory. */
  readonly limiterMonths: number;
  readonly storedGb: number;
}

const MONTH_S = 30 * 86_400;
/** Half of an 8-hour day. */
const SOME_HOURS = 22 * 4 * 3_600;

const LOADS: readonly Load[] = [
  {
    name: 'a team',
    predictions: 50_000,
    jobs: 50,
    containerSeconds: SOME_HOURS,
    workerMonths: SOME_HOURS / MONTH_S,
    limiterMonths: SOME_HOURS / MONTH_S,
    storedGb: 2,
  },
  {
    name: 'a product',
    predictions: 3_000_000,
    jobs: 500,
    containerSeconds: MONTH_S,
    workerMonths: 1,
    limiterMonths: 1,
    storedGb: 20,
  },
  {
    name: 'a busy one',
    predictions: 60_000_000,
    jobs: 5_000,
    containerSeconds: 0,
    workerMonths: 4,
    limiterMonths: 1,
    storedGb: 200,
  },
];

/** standard-2: 1 vCPU, 6 GiB, 12 GB of disk. Memory and disk are billed while it is awake, CPU as it is used. */
const CONTAINER = { memoryGib: 6, diskGb: 12 } as const;
/** README's figures on two cores: 172 single inputs a second, and 9 s for a job of 2,000 texts. */
const VCPU_SECONDS = { prediction: 2 / 172, job: 2 * 9 } as const;
/** Assumed, not measured: nothing here can read Cloudflare's own meter. */
const CPU_MS_PER_REQUEST = 5;
const WORKER_HEARTBEATS = MONTH_S / 5;
const WORKER_CLAIMS = MONTH_S / 1;
/** While a job is watched and trained: polls, heartbeats and checkpoints. */
const PER_JOB = { polls: 20, heartbeats: 5, checkpoints: 3 } as const;
const OPERATIONS_PER_MESSAGE = 3;
/** What is billed of a Durable Object's memory. */
const OBJECT_GB = 0.128;

/** How often each measured operation happens in a month of a load. */
function callsOf({ predictions, jobs, workerMonths }: Load): Readonly<Record<string, number>> {
  return {
    predict: predictions,
    'upload a file': jobs,
    'create a job': jobs,
    'poll a job': jobs * PER_JOB.polls,
    'worker: heartbeat': workerMonths * WORKER_HEARTBEATS,
    'worker: claim, nothing queued': workerMonths * WORKER_CLAIMS,
    'worker: claim a job': jobs,
    'worker: download the file': jobs,
    'worker: heartbeat of a job': jobs * PER_JOB.heartbeats,
    'worker: checkpoint': jobs * PER_JOB.checkpoints,
    'worker: adapter, report, completion': jobs,
    'outbox: one webhook': jobs,
    'cron: every minute': MONTH_S / 60,
    'cron: every hour': MONTH_S / 3_600,
  };
}

/** Of these an operation makes several requests, four artifacts and a completion; or none, as they are not asked for by HTTP. */
const REQUESTS: Readonly<Record<string, number>> = {
  'worker: adapter, report, completion': 5,
  'outbox: one webhook': 0,
};

function metersOf(load: Load, operations: readonly OperationUsage[]): Readonly<Record<MeterName, number>> {
  const calls = callsOf(load);
  const sum = (amountOf: (operation: OperationUsage) => number): number =>
    operations.reduce((total, operation) => total + (calls[operation.name] ?? 0) * amountOf(operation), 0);
  const requests = sum(({ name }) => REQUESTS[name] ?? 1);
  const hasContainers = load.containerSeconds > 0;
  return {
    requests,
    cpuMs: requests * CPU_MS_PER_REQUEST,
    rowsRead: sum(({ d1RowsRead }) => d1RowsRead),
    rowsWritten: sum(({ d1RowsWritten }) => d1RowsWritten),
    classA: sum(({ r2ClassA }) => r2ClassA),
    classB: sum(({ r2ClassB }) => r2ClassB),
    storedGb: load.storedGb,
    queueOps: OPERATIONS_PER_MESSAGE * sum(({ queueMessages }) => queueMessages),
    // A container is reached through its object, which is awake as long; a project's limiter is while it is asked.
    objectCalls: sum(({ objectCalls }) => objectCalls) + (hasContainers ? load.predictions : 0),
    objectSeconds: OBJECT_GB * (load.containerSeconds + load.limiterMonths * MONTH_S),
    vcpuSeconds: hasContainers ? load.predictions * VCPU_SECONDS.prediction + load.jobs * VCPU_SECONDS.job : 0,
    memorySeconds: load.containerSeconds * CONTAINER.memoryGib,
    diskSeconds: load.containerSeconds * CONTAINER.diskGb,
  };
}

/** Both tables of docs/deploy.md. */
export function describeLoads(operations: readonly OperationUsage[]): string {
  const amounts = LOADS.map((load) => metersOf(load, operations));
  const meters = Object.keys(METERS) as MeterName[];
  const rows = meters.map((name) => {
    const cells = amounts.map((amount) => `${short(amount[name])} | ${dollars(dollarsFor(name, amount[name]))}`);
    return `| ${METERS[name].name} | ${short(METERS[name].included)} ${METERS[name].unit} | ${cells.join(' | ')} |`;
  });
  const totals = amounts.map((amount) =>
    meters.reduce((total, name) => total + dollarsFor(name, amount[name]), BASE_PER_MONTH),
  );
  return [
    '| one call | D1 statements | rows read | rows written | R2 A | R2 B | queue messages | object calls |',
    '|---|---|---|---|---|---|---|---|',
    ...operations.map(
      (each) =>
        `| ${each.name} | ${each.d1Queries} | ${each.d1RowsRead} | ${each.d1RowsWritten} | ${each.r2ClassA} | ${each.r2ClassB} | ${each.queueMessages} | ${each.objectCalls} |`,
    ),
    '',
    `| a month, prices of ${PRICES_OF} | included | ${LOADS.map(({ name }) => `${name} | $`).join(' | ')} |`,
    `|---|---|${'---|---|'.repeat(LOADS.length)}`,
    ...rows,
    `| plan | | ${LOADS.map(() => `| ${dollars(BASE_PER_MONTH)}`).join(' | ')} |`,
    `| **sum** | | ${totals.map((total) => `| **${dollars(total)}**`).join(' | ')} |`,
  ].join('\n');
}

const UNITS = [
  [1e9, 'G'],
  [1e6, 'M'],
  [1e3, 'k'],
] as const;

function short(amount: number): string {
  const [size, letter] = UNITS.find(([least]) => amount >= least) ?? [1, ''];
  return `${Number((amount / size).toPrecision(3))}${letter}`;
}

const dollars = (amount: number): string => amount.toFixed(2);
