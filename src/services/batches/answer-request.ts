import type { Context } from '../context.ts';

/** What one request of a batch came to. */
export interface Answered {
  readonly body: object;
  readonly inputTokens: number;
  readonly outputTokens: number;
}

/** Does what the batch's endpoint does; rejects with LevigateError as it answers errors. */
export type AnswerRequest = (ctx: Context, body: unknown) => Promise<Answered>;

export interface LineAnswer {
  readonly customId: string;
  readonly requestId: string;
  readonly isSuccess: boolean;
  readonly status: number;
  readonly body: object;
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** Whether it may be answered another time. */
  readonly isPassing: boolean;
  /** Whether it was not even tried: no worker was there, or all were busy. */
  readonly isWaiting: boolean;
}
