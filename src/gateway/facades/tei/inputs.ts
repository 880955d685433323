import { LevigateError, LIMITS } from '../../../contract/index.ts';
import type { EmbedInput, Truncation } from '../../../contract/index.ts';
import type { EmbedAllBody, PredictBody } from './request.ts';
import { TeiError } from './tei-error.ts';

const MAX_BATCH = LIMITS.predictInputs;

interface Cutting {
  readonly truncate?: boolean | null | undefined;
  readonly truncation_direction?: string | null | undefined;
}

export function truncationOf({ truncate, truncation_direction }: Cutting): Truncation {
  if (truncate === false) return 'never';
  return truncation_direction?.toLowerCase() === 'left' ? 'start' : 'end';
}

export interface Sequences {
  readonly sequences: readonly (string | readonly number[])[];
  readonly isBatch: boolean;
}

/** `"a"` and `[1, 2]` are one input, lists of them a batch. */
export function sequencesOf(inputs: EmbedAllBody['inputs']): Sequences {
  const isOne = (given: typeof inputs): given is string | number[] =>
    typeof given === 'string' || (given.length > 0 && given.every((item) => typeof item === 'number'));
  const sequences = isOne(inputs) ? [inputs] : inputs.filter((item) => typeof item !== 'number');
  requireContent(sequences);
  return { sequences, isBatch: !isOne(inputs) };
}

export const toEmbedInput = (sequence: string | readonly number[]): EmbedInput =>
  typeof sequence === 'string' ? { text: sequence } : { tokens: [...sequence] };

/** Empty texts and lists, and too many, are refused before anything is asked. */
export function requireContent(inputs: readonly (string | readonly unknown[])[]): void {
  if (inputs.length > MAX_BATCH) {
    throw new LevigateError('invalid_request', `batch size ${inputs.length} > maximum allowed batch size ${MAX_BATCH}`);
  }
  if (inputs.length === 0 || inputs.some(({ length }) => length === 0))
    throw new TeiError({ status: 400, type: 'Empty' }, '`inputs` cannot be empty');
}

/** `["a", "b"]` is a pair, as in TEI, and no batch: a pair is one input of two texts. */
export function predictSequencesOf(inputs: PredictBody['inputs']): {
  readonly sequences: readonly (readonly string[])[];
  readonly isBatch: boolean;
} {
  if (typeof inputs === 'string') return { sequences: [[inputs]], isBatch: false };
  const nested = inputs.filter((item) => typeof item !== 'string');
  if (nested.length > 0 || inputs.length === 0) return { sequences: nested, isBatch: true };
  return { sequences: [inputs.filter((item) => typeof item === 'string')], isBatch: false };
}
