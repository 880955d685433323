import { z } from 'zod';

export const QueueStatsQuery = z.object({
  backbone: z
    .string()
    .optional()
    .describe('Only jobs and predictions of this backbone; workers are counted all the same'),
});
export type QueueStatsQuery = z.infer<typeof QueueStatsQuery>;

/** Flat, so that an autoscaler names one field. */
export const QueueStats = z.object({
  object: z.literal('queue_stats'),
  demand: z
    .int()
    .describe('All that asks for a worker: queued and running jobs, waiting, refused and running predictions'),
  queued_jobs: z.int(),
  running_jobs: z.int(),
  oldest_queued_job_age_s: z.number(),
  waiting_predictions: z.int().describe('Held until a worker wakes (X-Scale-Up-Timeout)'),
  refused_predictions: z.int().describe('Answered 503 in the last minute since no worker was there'),
  oldest_waiting_prediction_age_s: z.number(),
  in_flight_predictions: z.int().describe('Being answered by workers, as they last said'),
  queued_inputs: z.int().describe('Waiting in workers, as they last said'),
  queued_tokens: z.int(),
  workers_alive: z.int(),
  workers_draining: z.int().describe('Among those alive'),
});
export type QueueStats = z.infer<typeof QueueStats>;
