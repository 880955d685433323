import type { ProjectLimits } from './limits.ts';

export interface Project {
  id: string;
  object: 'project';
  created_at: number;
  name: string;
  limits: ProjectLimits | null;
}

/** Flat, for autoscalers. */
export interface QueueStats {
  object: 'queue_stats';
  /** All that asks for a worker: queued and running jobs, waiting, refused and running predictions. */
  demand: number;
  queued_jobs: number;
  running_jobs: number;
  oldest_queued_job_age_s: number;
  /** Held until a worker wakes. */
  waiting_predictions: number;
  /** Answered 503 in the last minute. */
  refused_predictions: number;
  oldest_waiting_prediction_age_s: number;
  in_flight_predictions: number;
  queued_inputs: number;
  queued_tokens: number;
  workers_alive: number;
  workers_draining: number;
}
