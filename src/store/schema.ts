/** Every table. Times are milliseconds since 1970 in columns named `*_ms`; a row becomes seconds where it becomes a wire object. */
export { apiKeys } from './tables/api-keys.ts';
export { batches, batchParts } from './tables/batches.ts';
export { deadLetters } from './tables/dead-letters.ts';
export { driftStates, driftTallies } from './tables/drift.ts';
export { files } from './tables/files.ts';
export { idempotencyKeys } from './tables/idempotency-keys.ts';
export { jobArtifacts, jobEvents, jobs } from './tables/jobs.ts';
export { models } from './tables/models.ts';
export { projects } from './tables/projects.ts';
export { replicatePredictions } from './tables/replicate-predictions.ts';
export { scheduledWakes } from './tables/scheduled-wakes.ts';
export { sweepPositions } from './tables/sweep-positions.ts';
export { uploadParts, uploads } from './tables/uploads.ts';
export { usageDays } from './tables/usage-days.ts';
export { webhookDeliveries, webhookEndpoints, webhookEvents } from './tables/webhooks.ts';
export { predictWaits, workers } from './tables/workers.ts';
