import { describe, expect, test } from 'vitest';
import { createAdmission } from '../../../../gpu-worker/src/batching/admission.ts';
import { createThroughput } from '../../../../gpu-worker/src/batching/throughput.ts';

const options = { maxQueued: 1_000, standingMs: 250, freeCalls: 4 };
const short = { inputs: 2, calls: 2, waitMs: 20, batchMs: 10 };
const long = { inputs: 80, calls: 80, waitMs: 900, batchMs: 10 };

function refusal(run: () => void): unknown {
  try {
    run();
    return null;
  } catch (error) {
    return error;
  }
}

describe('admission', () => {
  test('lets a burst fill the queue, and refuses when the queue stands', () => {
    const admission = createAdmission(options);
    admission.admit(1, short, 0);
    admission.admit(1, long, 10);
    admission.admit(1, long, 90);
    admission.admit(1, short, 100);
    admission.admit(1, long, 110);
    admission.admit(1, long, 200);
    expect(admission.limitMs).toBeNull();
    expect(refusal(() => admission.admit(1, long, 211))).toMatchObject({ code: 'overloaded', retryAfterS: 1 });
  });

  test('keeps the queue short from then on, until less is offered', () => {
    const admission = createAdmission(options);
    for (const nowMs of [0, 101]) refusal(() => admission.admit(1, long, nowMs));
    expect(admission.limitMs).toBe(250);
    admission.admit(1, { ...short, waitMs: 240 }, 110);
    // Few calls, but too long a wait: in ordinary times they would be let in.
    expect(refusal(() => admission.admit(1, { ...long, calls: 1 }, 120))).toMatchObject({ code: 'overloaded' });
    admission.admit(1, short, 200);
    admission.admit(1, { ...short, waitMs: 200 }, 650);
    admission.admit(1, short, 700);
    expect(admission.limitMs).toBe(250);
    admission.admit(1, short, 1_201);
    expect(admission.limitMs).toBeNull();
    admission.admit(1, { ...long, calls: 1 }, 1_210);
  });

  test('says how long what waits will take', () => {
    const admission = createAdmission(options);
    admission.admit(1, long, 0);
    const error = refusal(() => admission.admit(1, { ...long, waitMs: 4_200 }, 500));
    expect(error).toMatchObject({ code: 'overloaded', retryAfterS: 5 });
  });

  test('takes who comes back after Retry-After, when what waited is done', () => {
    const throughput = createThroughput(1);
    throughput.add({ tokens: 500, sentMs: 0, doneMs: 100 });
    const admission = createAdmission({ ...options, maxQueued: 100_000 });
    const waiting = (tokens: number) => ({ ...long, inputs: tokens, waitMs: throughput.msFor(tokens) });
    admission.admit(1, waiting(9_000), 0);
    const error = refusal(() => admission.admit(1, waiting(9_000), 500));
    expect(error).toMatchObject({ retryAfterS: 2 });
    const laterMs = 2_000;
    admission.admit(1, waiting(Math.max(0, 9_000 - laterMs * throughput.tokensPerMs)), 500 + laterMs);
  });

  test('never refuses a few callers in ordinary times, however long their inputs take', () => {
    const admission = createAdmission(options);
    for (const nowMs of [0, 500, 1_000]) admission.admit(256, { ...long, calls: 3, inputs: 600 }, nowMs);
  });

  test('never refuses for a wait of three batches', () => {
    const admission = createAdmission(options);
    for (const nowMs of [0, 500, 1_000]) admission.admit(1, { ...long, batchMs: 400 }, nowMs);
  });

  test('refuses beyond the bound on inputs at once, but never a request alone', () => {
    const admission = createAdmission(options);
    expect(refusal(() => admission.admit(999, short, 0))).toMatchObject({ code: 'overloaded' });
    admission.admit(2_000, { ...short, inputs: 0, calls: 0 }, 1);
  });
});

describe('the throughput', () => {
  test('is what was measured, also where a batch waited for the one before it', () => {
    const throughput = createThroughput(1);
    throughput.add({ tokens: 500, sentMs: 0, doneMs: 100 });
    throughput.add({ tokens: 500, sentMs: 1, doneMs: 200 });
    expect(throughput.msFor(1_000)).toBeCloseTo(200);
    expect(throughput.batchMs).toBeCloseTo(100);
  });
});
