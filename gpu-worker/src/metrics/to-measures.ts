import type { WorkerRequest, WorkerResponse, WorkerVerb } from '../../../src/contract/worker-verbs.ts';

/** What one answered request took. */
export interface Measures {
  readonly totalMs: number;
  readonly tokenizationMs: number;
  readonly queueMs: number;
  readonly inferenceMs: number;
  readonly characters: number;
  readonly tokens: number;
  readonly cachedInputs: number;
  /** Those that the backbone had to read. */
  readonly computedInputs: number;
}

/** Zeros for what a verb does not tell: it runs no backbone. */
export function toMeasures(
  request: WorkerRequest<WorkerVerb>,
  response: WorkerResponse<WorkerVerb>,
  totalMs: number,
): Measures {
  const inputs = 'inputs' in request ? request.inputs : [];
  const timings = 'timings' in response ? response.timings : { tokenizationMs: totalMs, queueMs: 0, inferenceMs: 0 };
  const usage = 'usage' in response ? response.usage : null;
  const cachedInputs = usage?.cached_inputs ?? 0;
  return {
    totalMs,
    ...timings,
    characters: inputs.reduce<number>((sum, input) => sum + lengthOf(input), 0),
    tokens: usage?.input_tokens ?? 0,
    cachedInputs,
    computedInputs: usage === null ? 0 : Math.max(0, inputs.length - cachedInputs),
  };
}

type Input = Extract<WorkerRequest<WorkerVerb>, { inputs: unknown }>['inputs'][number];

function lengthOf(input: Input): number {
  if (typeof input === 'string') return input.length;
  return 'text' in input ? (input.text?.length ?? 0) : 0;
}
