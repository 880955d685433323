import type { Services } from '../ports.ts';
import { retireWorker } from './retire.ts';
import { findWorker } from '../../store/queries/workers.ts';

/** Forgets a worker that says itself that it ends. Leaving twice, or unknown, changes nothing. */
export async function leaveWorker(services: Services, id: string): Promise<void> {
  if (await findWorker(services.db, id)) await retireWorker(services, id);
}
