/** How fast the device gets through its work, in tokens. */
export interface Throughput {
  /** A batch came back: its tokens, and when it was sent. */
  add(batch: { readonly tokens: number; readonly sentMs: number; readonly doneMs: number }): void;
  /** How long so many tokens will take, in milliseconds. */
  msFor(tokens: number): number;
  readonly tokensPerMs: number;
  /** Of one batch, lately. */
  readonly batchMs: number;
}

const NEWEST_SHARE = 0.2;

/** @param guess tokens a millisecond until a first batch was measured */
export function createThroughput(guess: number): Throughput {
  let tokensPerMs = guess;
  let batchMs = 0;
  let lastDoneMs = 0;
  return {
    add: ({ tokens, sentMs, doneMs }) => {
      // Two are sent at a time: the second has waited for the first.
      const tookMs = Math.max(0.01, doneMs - Math.max(sentMs, lastDoneMs));
      const share = batchMs === 0 ? 1 : NEWEST_SHARE;
      tokensPerMs = (1 - share) * tokensPerMs + share * (tokens / tookMs);
      batchMs = (1 - share) * batchMs + share * tookMs;
      lastDoneMs = doneMs;
    },
    msFor: (tokens) => tokens / tokensPerMs,
    get tokensPerMs() {
      return tokensPerMs;
    },
    get batchMs() {
      return batchMs;
    },
  };
}
