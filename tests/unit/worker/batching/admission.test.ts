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
    expect(refusal(() => admission.admit(1, long, 150))).toMatchObject({ code: 'overloaded', retryAfterS: 1 });
    admission.admit(1, short, 160);
    admission.admit(1, long, 170);
  });

  test('says how long what waits will take', () => {
    const admission = createAdmission(options);
    admission.admit(1, short, 0);
    const error = refusal(() => admission.admit(1, { ...long, waitMs: 4_200 }, 500));
    expect(error).toMatchObject({ code: 'overloaded', retryAfterS: 5 });
  });

  test('never refuses a few callers, however long their inputs take', () => {
    const admission = createAdmission(options);
    for (const nowMs of [0, 500, 1_000]) admission.admit(256, { ...long, calls: 3, inputs: 600 }, nowMs);
  });

  test('never refuses for a wait of three batches', () => {
    const admission = createAdmission(options);
    for (const nowMs of [0, 500, 1_000]) admission.admit(1, { ...long, batchMs: 400 }, nowMs);
  });

  test('refuses beyond the bound on inputs at once', () => {
    const admission = createAdmission(options);
    expect(refusal(() => admission.admit(999, short, 0))).toMatchObject({ code: 'overloaded' });
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
