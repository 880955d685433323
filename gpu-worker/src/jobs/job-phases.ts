import type { JobProgress } from '../../../src/contract/fine-tuning.ts';

/** Where each phase begins in the whole job: a guess that holds for a few thousand rows on a CPU. */
const BEGINS = {
  preparing: 0,
  extracting_features: 0.02,
  training: 0.5,
  evaluating: 0.95,
  uploading: 0.97,
} as const satisfies Record<JobProgress['phase'], number>;

const PHASES = ['preparing', 'extracting_features', 'training', 'evaluating', 'uploading'] as const;

/** @param fraction of the phase */
export function progressIn(phase: JobProgress['phase'], fraction: number): JobProgress {
  const begin = BEGINS[phase];
  const next = PHASES[PHASES.indexOf(phase) + 1];
  const end = next ? BEGINS[next] : 1;
  return { phase, fraction: begin + (end - begin) * Math.min(1, Math.max(0, fraction)) };
}
