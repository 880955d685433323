import { createId, LevigateError } from '../../contract/index.ts';
import type { BatchLine } from '../../contract/index.ts';
import type { BatchChange, BatchRow } from '../../store/queries/batches.ts';
import type { FileRow } from '../../store/queries/files.ts';
import type { Context } from '../context.ts';
import type { AnswerRequest, LineAnswer } from './answer-request.ts';
import { parseBatchLine } from './parse-line.ts';
import { putPart } from './put-part.ts';
import { readBatchLines } from './read-lines.ts';

export interface SliceLimits {
  readonly lines: number;
  readonly concurrent: number;
  /** After so long no further line is begun. */
  readonly forMs: number;
}

/** Later, when a line could not be answered for reasons that pass. */
const RETRY_MS = 5_000;
/** Tries after which a line that its worker fails is given up; without a worker none is. */
const MAX_STALLS = 10;

interface Line {
  readonly number: number;
  readonly end: number;
  readonly request: BatchLine | null;
}

/**
 * Answers the next lines and keeps the answers as parts. Lines count as done from the first on without a gap, so that a crash repeats some
 * and leaves none out.
 */
export async function answerStep(
  ctx: Context,
  { batch, file, answer }: { readonly batch: BatchRow; readonly file: FileRow; readonly answer: AnswerRequest },
  limits: SliceLimits,
): Promise<BatchChange> {
  const { services } = ctx;
  const lines = await nextLines(ctx, batch, file, limits.lines);
  const answers = await answerLines(ctx, { lines, batch, answer }, limits);
  const gap = answers.findIndex((each) => each === null);
  const count = gap === -1 ? answers.length : gap;
  const done = lines.slice(0, count);
  const nowMs = services.clock.nowMs();
  const last = done.at(-1);
  if (!last && lines.length > 0) return { set: { stalls: batch.stalls + 1, dueMs: nowMs + RETRY_MS } };
  const answered = answers.slice(0, count).filter((each) => each !== null && each !== 'blank');
  const position = { batchId: batch.id, line: done[0]?.number ?? batch.line };
  const parts = [
    await putPart(
      services,
      { ...position, kind: 'output' },
      answered.filter(({ isSuccess }) => isSuccess),
    ),
    await putPart(
      services,
      { ...position, kind: 'error' },
      answered.filter(({ isSuccess }) => !isSuccess),
    ),
  ].filter((part) => part !== null);
  const sum = (pick: (each: LineAnswer) => number): number => answered.reduce((total, each) => total + pick(each), 0);
  const offset = last?.end ?? file.sizeBytes;
  const isOver = offset >= file.sizeBytes;
  return {
    parts,
    set: {
      offset,
      line: last?.number ?? batch.line,
      stalls: 0,
      completed: batch.completed + sum(({ isSuccess }) => Number(isSuccess)),
      failed: batch.failed + sum(({ isSuccess }) => Number(!isSuccess)),
      inputTokens: batch.inputTokens + sum(({ inputTokens }) => inputTokens),
      outputTokens: batch.outputTokens + sum(({ outputTokens }) => outputTokens),
      dueMs: gap === -1 ? nowMs : nowMs + RETRY_MS,
      ...(isOver ? { status: 'finalizing', finalizingMs: nowMs } : {}),
    },
  };
}

async function nextLines({ services }: Context, batch: BatchRow, file: FileRow, count: number): Promise<Line[]> {
  const { offset, line } = batch;
  const lines: Line[] = [];
  const texts = readBatchLines(services.blobs, { key: file.blobKey, sizeBytes: file.sizeBytes, offset, line });
  for await (const text of texts) {
    const parsed = parseBatchLine(text, batch);
    if (parsed.kind === 'error') throw new Error(`internal: line ${text.line} of ${batch.id} was valid before`);
    lines.push({ number: text.line, end: text.end, request: parsed.kind === 'request' ? parsed.request : null });
    if (lines.length >= count) break;
  }
  return lines;
}

type Outcome = LineAnswer | 'blank' | null;

/** In their order; null for what was not begun, or has to be tried again. */
async function answerLines(
  ctx: Context,
  {
    lines,
    batch,
    answer,
  }: { readonly lines: readonly Line[]; readonly batch: BatchRow; readonly answer: AnswerRequest },
  { concurrent, forMs }: SliceLimits,
): Promise<Outcome[]> {
  const outcomes: Outcome[] = lines.map(() => null);
  const endMs = performance.now() + forMs;
  let next = 0;
  let isStopped = false;
  async function work(): Promise<void> {
    while (!isStopped && !ctx.signal.aborted && performance.now() < endMs) {
      const at = next;
      next += 1;
      const line = lines[at];
      if (!line) return;
      const outcome = line.request ? await answerLine(ctx, line.request, answer) : 'blank';
      const isGivenUp = at === 0 && batch.stalls >= MAX_STALLS;
      outcomes[at] = outcome === 'blank' || !outcome.isPassing || (isGivenUp && !outcome.isWaiting) ? outcome : null;
      // The others would fail alike.
      if (outcomes[at] === null) isStopped = true;
    }
  }
  await Promise.all(Array.from({ length: Math.min(concurrent, lines.length) }, work));
  return outcomes;
}

async function answerLine(ctx: Context, { custom_id, body }: BatchLine, answer: AnswerRequest): Promise<LineAnswer> {
  const requestId = createId('request', ctx.services.clock.nowMs());
  const ids = { customId: custom_id, requestId };
  try {
    const { body: answered, inputTokens, outputTokens } = await answer({ ...ctx, requestId }, body);
    return {
      ...ids,
      isSuccess: true,
      status: 200,
      body: answered,
      inputTokens,
      outputTokens,
      isPassing: false,
      isWaiting: false,
    };
  } catch (error) {
    const known =
      error instanceof LevigateError
        ? error
        : new LevigateError('internal', 'something went wrong on our side', { cause: error });
    const { status } = known;
    return {
      ...ids,
      isSuccess: false,
      status,
      body: known.toBody(),
      inputTokens: 0,
      outputTokens: 0,
      isPassing: status === 429 || status >= 500 || ctx.signal.aborted,
      isWaiting: status === 429 || status === 503 || ctx.signal.aborted,
    };
  }
}
