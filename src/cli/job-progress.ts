import { spinner } from '@clack/prompts';
import type { Job } from '../sdk/index.ts';

const PHASE_TEXT = {
  preparing: 'preparing',
  extracting_features: 'reading texts with the backbone',
  training: 'training LEVI and its baselines',
  evaluating: 'evaluating',
  uploading: 'storing the adapter',
} as const;

const BAR_WIDTH = 24;

export interface JobProgressView {
  update(job: Job): void;
  done(message: string): void;
  /** Ends the view; the error is shown by whoever reports it. */
  failed(): void;
}

/** A bar on a terminal, plain lines elsewhere. */
export function showJobProgress(output: NodeJS.WriteStream = process.stdout): JobProgressView {
  return output.isTTY ? showBar(output) : showLines(output);
}

function showBar(output: NodeJS.WriteStream): JobProgressView {
  // Not clack's own bar: it tells done from to do by colour alone.
  const line = spinner({ output, indicator: 'timer', withGuide: false });
  line.start(drawBar(null, 'waiting for a worker'));
  return {
    update: (job) => line.message(drawBar(fractionOf(job), describePhase(job))),
    done: (message) => line.stop(message),
    failed: () => line.clear(),
  };
}

function showLines(output: NodeJS.WritableStream): JobProgressView {
  let last = '';
  return {
    update(job) {
      // A line per phase and quarter: enough for a log.
      const quarter = Math.floor((fractionOf(job) ?? 0) * 4) * 25;
      const line = quarter === 0 ? describePhase(job) : `${describePhase(job)} (${quarter} %)`;
      if (line === last) return;
      last = line;
      output.write(`  ${line}\n`);
    },
    done: (message) => void output.write(`  ${message}\n`),
    failed: () => {},
  };
}

/** Of the whole job; null until a worker told of it. */
const fractionOf = ({ progress }: Job): number | null => progress && progress.fraction;

function drawBar(fraction: number | null, phase: string): string {
  const filled = Math.round((fraction ?? 0) * BAR_WIDTH);
  const percent = fraction === null ? '' : `${Math.floor(fraction * 100)}%`;
  return `${'█'.repeat(filled)}${'░'.repeat(BAR_WIDTH - filled)} ${percent.padStart(4)}  ${phase}`;
}

function describePhase(job: Job): string {
  if (job.status === 'paused') return 'paused';
  if (job.status === 'queued' || job.status === 'validating_files') return 'waiting for a worker';
  return job.progress ? PHASE_TEXT[job.progress.phase] : 'running';
}
