import type { LeviConfig } from '../config.ts';
import type { TrainingData } from './training-data.ts';

const USUAL = 64;
const WITH_FIELDS = 512;
const STEPS_WITH_FIELDS = 40;

/** 64; with fields up to 512, as an id's embedding is better moved by many rows at once, while an epoch keeps about 40 steps. */
export function chooseBatchSize(
  asked: LeviConfig['batchSize'],
  { rows, fields }: Pick<TrainingData, 'rows' | 'fields'>,
): number {
  if (asked !== 'auto') return asked;
  if (fields === null) return USUAL;
  return Math.min(WITH_FIELDS, Math.max(USUAL, 2 ** Math.floor(Math.log2(rows / STEPS_WITH_FIELDS))));
}
