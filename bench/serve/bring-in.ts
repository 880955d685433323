import { ANSWER_TOLERANCE, differenceOfNumbers, readAnswers } from './answers.ts';
import type { HttpClient } from './http-client.ts';

/** Adapters named in one request. */
const CHUNK = 64;

/**
 * Has every adapter fetched, before any clock runs.
 *
 * @throws Error where one answers as its neighbour: then no comparison could tell them apart
 */
export async function bringIn(client: HttpClient, models: readonly string[]): Promise<void> {
  for (let start = 0; start < models.length; start += CHUNK) {
    const some = models.slice(start, start + CHUNK);
    const reply = await client.post(JSON.stringify({ models: some, input: 'good, but not great' }));
    const { data } = readAnswers(reply, { inputs: 1, models: some }, { isCached: true });
    for (const [place, answer] of data.entries()) {
      const next = data[place + 1];
      if (next === undefined || differenceOfNumbers(answer, next) > ANSWER_TOLERANCE) continue;
      throw new Error(`${answer.model} and ${next.model} answer alike`);
    }
  }
}
