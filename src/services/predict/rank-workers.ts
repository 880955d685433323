import { createHash } from 'node:crypto';
import type { WorkerRow } from '../../store/queries/workers.ts';

/**
 * Workers in the order to try them for a backbone: those that have it prepared first, then by rendezvous hash, so that
 * a backbone stays where its caches are and only its own share moves when a worker comes or goes.
 */
export function rankWorkers(workers: readonly WorkerRow[], backbone: string): WorkerRow[] {
  const scored = workers.map((worker) => ({
    worker,
    isPrepared: worker.backbones.includes(backbone) ? 1 : 0,
    score: rendezvousScore(worker.name, worker.id, backbone),
  }));
  scored.sort((a, b) => b.isPrepared - a.isPrepared || b.score - a.score);
  return scored.map(({ worker }) => worker);
}

const rendezvousScore = (...parts: readonly string[]): number =>
  createHash('sha256').update(parts.join('\0')).digest().readUIntBE(0, 6);
