import type { Timings, Truncation, WorkerResponse } from '../../contract/index.ts';
import type { Context } from '../context.ts';
import { embed } from './embed.ts';

export interface CompareTexts {
  readonly model: string;
  readonly source: string;
  readonly texts: readonly string[];
  readonly truncate?: Truncation;
}

export interface ComparedTexts {
  /** Cosine of the embeddings, -1 to 1, in the order of the texts. */
  readonly similarities: readonly number[];
  readonly usage: WorkerResponse<'embed'>['usage'];
  readonly timings: Timings;
}

/** How alike each text is to one source text. */
export async function compareTexts(ctx: Context, { source, texts, ...rest }: CompareTexts): Promise<ComparedTexts> {
  const { data, usage, timings } = await embed(ctx, { ...rest, inputs: [source, ...texts].map((text) => ({ text })) });
  const [first = [], ...others] = data;
  return { similarities: others.map((other) => dot(first, other)), usage, timings };
}

const dot = (one: readonly number[], other: readonly number[]): number =>
  one.reduce((sum, value, index) => sum + value * (other[index] ?? 0), 0);
