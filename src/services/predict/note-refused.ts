import { createId } from '../../contract/index.ts';
import { putPredictWait } from '../../store/queries/predict-waits.ts';
import { perDatabase } from '../per-database.ts';
import type { Services } from '../ports.ts';

/** How long a refused prediction asks for a worker: about what a client needs to come again. */
const COUNTS_FOR_MS = 60_000;
const WRITE_AFTER_MS = 500;

interface Refused {
  readonly id: string;
  readonly sinceMs: number;
  predictions: number;
  isWriting: boolean;
}

/** By backbone: there are as many as the catalogue has. */
const refusedOf = perDatabase(() => new Map<string, Refused>());

/** Counts a prediction that was refused since no worker was there, for queue-stats; one row a minute and backbone, however many are refused. */
export function noteRefused(services: Pick<Services, 'db' | 'clock' | 'runLater'>, backbone: string): void {
  const all = refusedOf(services);
  const nowMs = services.clock.nowMs();
  const existing = all.get(backbone);
  const isCurrent = existing !== undefined && nowMs - existing.sinceMs < COUNTS_FOR_MS;
  const refused = isCurrent
    ? existing
    : { id: createId('wait', nowMs), sinceMs: nowMs, predictions: 0, isWriting: false };
  all.set(backbone, refused);
  refused.predictions += 1;
  if (refused.isWriting) return;
  refused.isWriting = true;
  services.runLater(WRITE_AFTER_MS, async () => {
    refused.isWriting = false;
    const { id, sinceMs, predictions } = refused;
    const untilMs = services.clock.nowMs() + COUNTS_FOR_MS;
    await putPredictWait(services.db, { id, kind: 'refused', backbone, predictions, sinceMs, untilMs });
  });
}
