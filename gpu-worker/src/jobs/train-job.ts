import { getLogger } from '@logtape/logtape';
import type { LeasedJob } from '../../../src/contract/worker-protocol.ts';
import type { FineTuneEvent } from '../../../src/levi/index.ts';
import type { TrainingOutcome } from '../device/device.ts';
import { isTransient } from '../gateway-api/gateway-error.ts';
import { createCheckpointUploader } from './checkpoint-uploader.ts';
import type { CheckpointUploader } from './checkpoint-uploader.ts';
import { message, metricsEvent } from './job-events.ts';
import { progressIn } from './job-phases.ts';
import { LeaseEnded } from './lease-ended.ts';
import type { LeaseKeeper } from './lease-keeper.ts';
import type { JobDependencies, PreparedTraining } from './prepare-training.ts';

const log = getLogger(['levigate', 'worker', 'jobs']);

/** Trains on the device, reports what happens, and keeps the newest checkpoint with the gateway. */
export async function trainJob(
  { client, device }: JobDependencies,
  { lease, keeper, prepared }: { lease: LeasedJob; keeper: LeaseKeeper; prepared: PreparedTraining },
): Promise<TrainingOutcome> {
  const held = { jobId: lease.job_id, token: lease.lease_token };
  const uploader = createCheckpointUploader({
    signal: keeper.signal,
    upload: async (bytes) => {
      await client.upload(held, 'checkpoint', bytes);
    },
    onError: (error) => log.warn('a checkpoint was not uploaded', { job: lease.job_id, reason: String(error) }),
  });
  const { input, halfs, thumbnails } = prepared;
  const run = device.train({ input, halfs, thumbnails, signal: keeper.signal });
  try {
    for (let next = await run.next(); ; next = await run.next()) {
      if (next.done) return next.value;
      tell(next.value, keeper, uploader);
    }
  } catch (error) {
    await keepLastCheckpoint(uploader, keeper);
    throw error;
  } finally {
    await uploader.discard();
  }
}

function tell(event: FineTuneEvent, keeper: LeaseKeeper, uploader: CheckpointUploader): void {
  switch (event.type) {
    case 'metrics':
      return keeper.event(metricsEvent(event));
    case 'message':
      return keeper.event(message(event.level, event.message));
    case 'progress':
      return keeper.progress(progressIn('training', event.fraction));
    case 'checkpoint':
      return uploader.offer(event.bytes);
    default:
      return event satisfies never;
  }
}

/** Another attempt goes on from here: after a crash, a pause, a shutdown. After a cancel or a lost lease nobody does. */
async function keepLastCheckpoint(uploader: CheckpointUploader, { signal }: LeaseKeeper): Promise<void> {
  const reason: unknown = signal.reason;
  if (reason instanceof LeaseEnded && (reason.kind === 'lost' || reason.kind === 'cancel')) return;
  await uploader.flush().catch((error: unknown) => {
    log.warn('the last checkpoint was not uploaded', { reason: String(error), transient: isTransient(error) });
  });
}
