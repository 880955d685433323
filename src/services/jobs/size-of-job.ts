import type { BackboneInfo, CreateJobRequest } from '../../contract/index.ts';
import { largestGroups } from '../../levi/groups/count-groups.ts';
import type { CheckedFiles } from './check-files.ts';
import type { JobSize } from './default-duration.ts';

/** What a request's files and options say of its duration. */
export const sizeOfJob = (
  { levi = {} }: CreateJobRequest,
  { training, allTokens, groups }: CheckedFiles,
  { taps, modality }: BackboneInfo,
): JobSize => ({
  rows: training.rows,
  tokens: allTokens,
  labels: training.targets.map(({ labels }) => Object.keys(labels).length),
  taps,
  modality,
  groups: levi.group_by === undefined ? 0 : largestGroups(groups).length,
  levi,
});
