import { createHash } from 'node:crypto';
import type { WorkerRow } from '../../store/queries/workers.ts';

export interface Candidate {
  readonly worker: WorkerRow;
  /** Estimated tokens it has to do. */
  readonly loadTokens: number;
  /** Share of the request's adapters it has in memory. */
  readonly warmShare: number;
  /** It failed or refused a moment ago. */
  readonly isAvoided: boolean;
}

export interface Placement {
  readonly backbone: string;
  /** What should stay where it is: an adapter's hash, or for many models one name for all. */
  readonly key: string;
  /** Estimated tokens of the request. */
  readonly costTokens: number;
}

/** A worker may have so much more to do than the mean before its share goes elsewhere. */
const BALANCE = 1.25;
/** Below about one batch, waiting is cheaper than a cold adapter. */
const LEAST_CAPACITY_TOKENS = 1_024;

/**
 * Workers in the order to try them: rendezvous hashing with bounded loads (Mirrokni et al., 2016). A key stays on one worker, and only the share of
 * a worker that comes or goes moves; what would overrun that worker goes to one that has room, best where the adapters are warm.
 */
export function rankWorkers(candidates: readonly Candidate[], placement: Placement): Candidate[] {
  if (candidates.length <= 1) return [...candidates];
  const { backbone, key, costTokens } = placement;
  const grouped = candidates.map((candidate) => ({ candidate, group: groupOf(candidate, backbone) }));
  const fit = grouped.filter(({ group }) => group === 0);
  const total = fit.reduce((sum, { candidate }) => sum + candidate.loadTokens, costTokens);
  const capacity = Math.max(LEAST_CAPACITY_TOKENS, (BALANCE * total) / Math.max(1, fit.length));
  const [home, ...others] = grouped
    .map((one) => ({ ...one, score: rendezvousScore(one.candidate.worker.name, one.candidate.worker.id, key) }))
    .toSorted((a, b) => a.group - b.group || b.score - a.score);
  if (!home) return [];
  const hasRoom = ({ candidate: { loadTokens } }: (typeof others)[number]): boolean =>
    loadTokens === 0 || loadTokens + costTokens <= capacity;
  const sorted = others.toSorted(
    (a, b) =>
      a.group - b.group ||
      Number(hasRoom(b)) - Number(hasRoom(a)) ||
      (hasRoom(a) ? b.candidate.warmShare - a.candidate.warmShare : a.candidate.loadTokens - b.candidate.loadTokens) ||
      b.score - a.score,
  );
  const place = hasRoom(home) ? 0 : sorted.findLastIndex((one) => one.group === home.group && hasRoom(one)) + 1;
  return sorted.toSpliced(place, 0, home).map(({ candidate }) => candidate);
}

/** Those that have the backbone and are well, those that would have to load it, those that failed a moment ago. */
function groupOf({ worker, isAvoided }: Candidate, backbone: string): number {
  if (isAvoided) return 2;
  return worker.backbones.includes(backbone) ? 0 : 1;
}

const rendezvousScore = (...parts: readonly string[]): number =>
  createHash('sha256').update(parts.join('\0')).digest().readUIntBE(0, 6);
