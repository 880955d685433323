import { basename } from 'node:path';
import type { DryRun } from '../../sdk/index.ts';
import type { Plan } from './plan-job.ts';

const MAX_FINDINGS = 3;

/** A plan as plain text: what will work and how it is read, or why it will not. */
export function formatPlan(plan: Plan): string {
  const name = basename(plan.path);
  if ('refusal' in plan) return `  NO   ${name}\n       ${plan.refusal}`;
  const { rows, targets, notes, lint, estimate } = plan.found;
  const learned = targets.map(({ name: target, labels }) =>
    describeTarget(target, Object.keys(labels).length, targets),
  );
  const serious = lint.filter(({ severity }) => severity !== 'info');
  return [
    `  YES  ${name}`,
    `       ${rows} rows; ${learned.join(', ')}; about ${Math.ceil(estimate.seconds)} s to train`,
    ...notes.map((note) => `       ${note}.`),
    ...serious.slice(0, MAX_FINDINGS).map(({ severity, message }) => `       ${severity}: ${message}`),
  ].join('\n');
}

const describeTarget = (name: string, labels: number, targets: DryRun['targets']): string =>
  targets.length === 1 ? `${labels} labels` : `"${name}" of ${labels} labels`;

/** What is different from a chat model, whatever the file. */
export const DIFFERENCES = [
  'Only the address changes: baseURL, the key, and the name of the model that a job makes.',
  'Answers are labels of the training file, and never other text; temperature and max_tokens change nothing.',
  'logprobs are calibrated probabilities of the labels. response_format with an enum is honoured.',
  'Tools, n above 1, and free text have no counterpart and are refused with a reason.',
];
