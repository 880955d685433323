import { progress } from '@clack/prompts';
import type { Job } from '../sdk/index.ts';

const PHASE_TEXT = {
  preparing: 'preparing',
  extracting_features: 'reading texts with the backbone',
  training: 'training LEVI and its baselines',
  evaluating: 'evaluating',
  uploading: 'storing the adapter',
} as const;

export interface JobProgressView {
  update(job: Job): void;
  done(message: string): void;
}

/** A bar on a terminal, plain lines elsewhere. */
export function showJobProgress(output: NodeJS.WriteStream = process.stdout): JobProgressView {
  return output.isTTY ? showBar() : showLines(output);
}

function showBar(): JobProgressView {
  const bar = progress({ max: 100, style: 'block' });
  let shown = 0;
  bar.start('waiting for a worker');
  return {
    update(job) {
      const percent = Math.round((job.progress?.fraction ?? 0) * 100);
      bar.advance(Math.max(0, percent - shown), describe(job));
      shown = Math.max(shown, percent);
    },
    done(message) {
      bar.advance(100 - shown);
      bar.stop(message);
    },
  };
}

function showLines(output: NodeJS.WritableStream): JobProgressView {
  let last = '';
  return {
    update(job) {
      const line = describe(job);
      if (line === last) return;
      last = line;
      output.write(`  ${line}\n`);
    },
    done: (message) => void output.write(`  ${message}\n`),
  };
}

function describe(job: Job): string {
  if (!job.progress) return job.status === 'running' ? 'running' : 'waiting for a worker';
  return PHASE_TEXT[job.progress.phase];
}
