import { RESIDENT_NAME_CHARS } from '../../contract/index.ts';
import type { Overload } from '../../contract/index.ts';
import type { WorkerRow } from '../../store/queries/workers.ts';
import { perDatabase } from '../per-database.ts';

const MAX_WORKERS = 1_024;
const MAX_ADAPTERS_A_WORKER = 8_192;

/** Of one backbone on one worker. */
export interface BackboneLoad {
  /** Estimated, of the requests that this gateway waits for and that others wait behind: not those of batches. */
  onlineTokens: number;
  /** As its last answer said; null in ordinary times. */
  overload: Overload | null;
  saidMs: number;
}

/** What this gateway knows of a worker beyond its heartbeats: from what it sent there and what came back. */
export interface WorkerMemory {
  /** Estimated tokens of the requests that this gateway waits for. */
  inFlightTokens: number;
  /** It failed or refused: others first until then. */
  avoidUntilMs: number;
  /** By backbone; workers hold a few. */
  readonly backbones: Map<string, BackboneLoad>;
  /** Adapters it answered for, by the name heartbeats use, with the time; least lately used first. */
  readonly answered: Map<string, number>;
}

/** By worker id; bounded, as workers come and go. */
const memoriesOf = perDatabase(() => new Map<string, WorkerMemory>());

export function workerMemoryOf(services: Parameters<typeof memoriesOf>[0], workerId: string): WorkerMemory {
  const memories = memoriesOf(services);
  const existing = memories.get(workerId);
  if (existing) return existing;
  const memory: WorkerMemory = { inFlightTokens: 0, avoidUntilMs: 0, backbones: new Map(), answered: new Map() };
  memories.set(workerId, memory);
  const [oldest] = memories.keys();
  if (memories.size > MAX_WORKERS && oldest !== undefined) memories.delete(oldest);
  return memory;
}

export const residentName = (adapterSha256: string): string => adapterSha256.slice(0, RESIDENT_NAME_CHARS);

/** The worker has these adapters in memory now. */
export function rememberAnswered({ answered }: WorkerMemory, names: readonly string[], nowMs: number): void {
  for (const name of names) {
    answered.delete(name);
    answered.set(name, nowMs);
  }
  for (const oldest of answered.keys()) {
    if (answered.size <= MAX_ADAPTERS_A_WORKER) break;
    answered.delete(oldest);
  }
}

/** Share of the adapters that the worker most likely need not fetch, 0 to 1. */
export function warmShare(worker: WorkerRow, memory: WorkerMemory, names: readonly string[]): number {
  const resident = residentSetOf(worker);
  // A list that is neither empty nor cut off tells of evictions too: then only what was answered since counts beside it.
  const isWhole = resident.size > 0 && resident.size < MAX_LISTED;
  const count = names.filter((name) => {
    if (resident.has(name)) return true;
    const answeredMs = memory.answered.get(name);
    return answeredMs !== undefined && (!isWhole || answeredMs >= worker.lastSeenMs);
  }).length;
  return names.length === 0 ? 0 : count / names.length;
}

/** As the heartbeat bounds it. */
const MAX_LISTED = 1_024;

const residentSets = new WeakMap<WorkerRow, ReadonlySet<string>>();

/** Made once per row that was read. */
function residentSetOf(worker: WorkerRow): ReadonlySet<string> {
  const existing = residentSets.get(worker);
  if (existing) return existing;
  const names = new Set(worker.residentAdapters);
  residentSets.set(worker, names);
  return names;
}
