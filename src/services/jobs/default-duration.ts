import type { LeviOptions } from '../../contract/index.ts';
import type { Modality } from '../../contract/index.ts';
import { IMAGE_CORRUPTIONS, TEXT_CORRUPTIONS } from '../../contract/levi.ts';
import type { Corruption } from '../../contract/levi.ts';
import { LEVI_DEFAULTS, resolveLeviConfig } from '../../levi/config.ts';
import type { LeviConfig } from '../../levi/config.ts';
import { MAX_CORRUPTED_ROWS } from '../../levi/corruptions/max-corrupted-rows.ts';
import { relativeCost } from '../../levi/search/plan-rungs.ts';

/** What a job's duration depends on. */
export interface JobSize {
  /** Of the training file. */
  readonly rows: number;
  /** Of every file, as the backbone reads them. */
  readonly tokens: number;
  /** Labels of each target; a target of numbers has none. */
  readonly labels: readonly number[];
  /** What enters the backbone's first layer, and what leaves each. */
  readonly taps: number;
  /** What the backbone reads. */
  readonly modality: Modality;
  /** That are left out of training one at a time, for the report. */
  readonly groups: number;
  readonly levi: LeviOptions;
}

// all-minilm-l6-v2 on two CPU cores, every method, nothing cached. Sentences of SST-2, two labels: 300 rows (7,105 tokens) took 2.9 s, 1,000 rows 4.5 s,
// 2,000 rows 8.3 s, 4,000 rows 15.7 s; these give 2.6, 4.9, 8.0 and 14.3. 600 e-mails of six labels took 9.3 s; these give 8.7.
const FIXED_SECONDS = 1.3;
const SECONDS_PER_TOKEN = 0.000105;
const SECONDS_PER_LABEL = 0.2;
const SECONDS_PER_LABEL_AND_ROW = 0.00033;
const MEASURED_TAPS = 7;
// Beyond, the part of the work that does not grow with the labels is no longer small beside the rest.
const LINEAR_LABELS = 10;

/** Shares of the standard training: 600 rows with 3 seeds, with all baselines, and with both took 3.5, 4.3 and 8.4 s. */
const LEVI = 0.35;
const FURTHER_BASELINES = 1.3;
const FURTHER_BASELINES_OF_A_SEED = 0.8;

/** Seconds that a job would take on that machine. */
export function defaultDuration({ rows, tokens, labels, taps, modality, groups, levi }: JobSize): number {
  const { seeds, baselines, method, layers, search, corruptions } = resolveLeviConfig({ levi });
  const trainsLevi = method === 'auto' || method.startsWith('levi');
  const compared = baselines === 'all';
  const { trials, seconds } = { trials: 0, seconds: 0, ...search };
  const runs = 1 + groups;
  const first = 1 + relativeCost(trials) - (trainsLevi ? 0 : LEVI) + (compared ? FURTHER_BASELINES : 0);
  const further = (trainsLevi ? LEVI : 0) + (compared ? FURTHER_BASELINES_OF_A_SEED : 0);
  const used = layers === 'all' ? taps : layers.length;
  const work = (first * runs + (seeds - 1) * further) * (used / MEASURED_TAPS);
  const training = labels.reduce((sum, count) => sum + trainingSeconds(rows, count), 0);
  const reading = SECONDS_PER_TOKEN * tokens * (1 + corruptedShare(rows, corruptions, READ_AGAIN[modality]));
  return FIXED_SECONDS + reading + work * training + seconds * runs;
}

/** Corruptions of what a backbone reads. */
const READ_AGAIN: Readonly<Record<Modality, readonly Corruption[]>> = {
  text: TEXT_CORRUPTIONS,
  image: IMAGE_CORRUPTIONS,
};

/** Rows that corruptions have read once more, of all. Those that find nothing to change are counted, too. */
function corruptedShare(
  rows: number,
  corruptions: LeviConfig['corruptions'],
  readAgain: readonly Corruption[],
): number {
  const read = corruptions.filter((name) => readAgain.includes(name)).length;
  return (read * Math.min(MAX_CORRUPTED_ROWS, LEVI_DEFAULTS.heldOutFraction * rows)) / Math.max(1, rows);
}

function trainingSeconds(rows: number, labels: number): number {
  const outputs = Math.max(2, labels);
  const counted = outputs <= LINEAR_LABELS ? outputs : Math.sqrt(LINEAR_LABELS * outputs);
  return counted * (SECONDS_PER_LABEL + SECONDS_PER_LABEL_AND_ROW * rows);
}
