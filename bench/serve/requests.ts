import { largestDifferenceOfAll, readAnswers } from './answers.ts';
import { runClosedLoop } from './closed-loop.ts';
import type { ClosedLoop } from './closed-loop.ts';
import type { HttpClient } from './http-client.ts';
import type { Prediction } from '../../src/contract/index.ts';

/** Texts cut into requests to one model, written as JSON before any clock runs. */
export interface Requests {
  readonly texts: readonly string[];
  readonly model: string;
  readonly batch: number;
  readonly bodies: readonly string[];
}

export function writeRequests(model: string, texts: readonly string[], batch: number): Requests {
  const chunks = Array.from({ length: Math.ceil(texts.length / batch) }, (_, index) =>
    texts.slice(index * batch, (index + 1) * batch),
  );
  return { texts, model, batch, bodies: chunks.map((input) => JSON.stringify({ model, input })) };
}

/** Every text's answer, in order, and how many tokens they had. */
export function readReplies({ texts, model, batch }: Requests, { replies }: ClosedLoop) {
  const read = replies.map((reply, index) =>
    readAnswers(reply, { inputs: Math.min(batch, texts.length - index * batch), models: [model] }),
  );
  return {
    data: read.flatMap(({ data }) => data),
    inputTokens: read.reduce((sum, { inputTokens }) => sum + inputTokens, 0),
  };
}

export interface LoadOptions {
  readonly concurrency: number;
  /** Each text's answer when it was asked for alone. */
  readonly alone: readonly Prediction[];
  /** Is told how far the answers are from those. */
  readonly onDifference: (difference: number) => void;
}

/** Texts a second, and every row compared with its answer alone. */
export async function loadWith(
  client: HttpClient,
  requests: Requests,
  { concurrency, alone, onDifference }: LoadOptions,
): Promise<number> {
  const loop = await runClosedLoop(client, requests.bodies, concurrency);
  onDifference(largestDifferenceOfAll(readReplies(requests, loop).data, alone));
  return (1_000 * requests.texts.length) / loop.ms;
}
