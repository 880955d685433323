import { createHash } from 'node:crypto';
import { EPOCH_ARTIFACTS } from '../../../src/contract/worker-protocol.ts';
import type { ArtifactName, CompletedCheckpoint } from '../../../src/contract/worker-protocol.ts';
import type { ModelCheckpoint } from '../../../src/levi/index.ts';

export interface DeliveredCheckpoint {
  readonly completed: CompletedCheckpoint;
  /** null: it is the model itself. */
  readonly upload: readonly [ArtifactName, Uint8Array] | null;
}

/** A checkpoint as the gateway is told of it, and what is to be uploaded for it. @param model the served adapter */
export const toCompleted =
  (model: Uint8Array) =>
  (
    { step, adapter, trainLoss, trainScore, validLoss, validScore }: ModelCheckpoint,
    index: number,
  ): DeliveredCheckpoint => {
    const artifact = adapter === null ? 'adapter' : EPOCH_ARTIFACTS[index];
    if (artifact === undefined) throw new Error(`internal: more checkpoints than ${EPOCH_ARTIFACTS.length}`);
    const metrics = {
      step,
      train_loss: trainLoss,
      train_mean_token_accuracy: trainScore,
      valid_loss: validLoss,
      valid_mean_token_accuracy: validScore,
    };
    return {
      completed: { artifact, sha256: sha256(adapter ?? model), step, metrics },
      upload: adapter && [artifact, adapter],
    };
  };

export const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
