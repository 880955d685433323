import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { calibrate, chooseBudget } from '../../../../gpu-worker/src/batching/calibrate.ts';
import { keepCalibration, readCalibration } from '../../../../gpu-worker/src/batching/calibration-file.ts';
import { costOf } from '../../../../gpu-worker/src/batching/cost-model.ts';
import { tuneLimits } from '../../../../gpu-worker/src/batching/tune-limits.ts';

const folders: string[] = [];
async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'levigate-calibration-'));
  folders.push(folder);
  return folder;
}
afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true });
});

/** 5 ms a pass, 0.1 ms a token, and half as much again beyond 512 tokens. */
const timeOf = (tokens: number): number => 5 + tokens * 0.1 * (tokens > 512 ? 1.5 : 1);
const sizes = [32, 128, 256, 512, 1_024];
const { signal } = new AbortController();

describe('a calibration', () => {
  test('takes the smallest batch that is about the fastest per token', async () => {
    const measured = await calibrate({
      sizes,
      run: async (tokens) => timeOf(tokens),
      isIdle: () => true,
      leastBudget: 32,
      signal,
    });
    expect(measured?.tokenBudget).toBe(512);
    expect(measured?.points.map(({ tokens }) => tokens)).toEqual([32, 128, 256, 512]);
  });

  test('throws away what was measured beside other work', async () => {
    let runs = 0;
    const isIdle = vi.fn(() => runs !== 2);
    const measured = await calibrate({
      sizes: [32, 64],
      run: async (tokens) => ((runs += 1) === 2 ? 0.001 : timeOf(tokens)),
      isIdle: () => {
        const idle = isIdle();
        // What came in between is over by the next look.
        if (!idle) runs += 1;
        return idle;
      },
      retryMs: 1,
      leastBudget: 32,
      signal,
    });
    expect(measured?.points.every(({ ms }) => ms > 1)).toBe(true);
  });

  test('stops when the worker does', async () => {
    const stop = new AbortController();
    const run = async (tokens: number) => {
      stop.abort();
      return timeOf(tokens);
    };
    expect(await calibrate({ sizes, run, isIdle: () => true, leastBudget: 32, signal: stop.signal })).toBeNull();
  });

  test('takes the device for no longer than it may', async () => {
    const run = vi.fn(async () => 1_000);
    await calibrate({ sizes, run, isIdle: () => true, leastBudget: 32, signal, limitMs: 3_000 });
    expect(run).toHaveBeenCalledTimes(3);
  });
});

test('a disturbed measurement is not taken to say that small batches are cheap, or large ones', () => {
  const { tokenBudget, points } = chooseBudget(
    [
      { tokens: 32, ms: 2 },
      { tokens: 256, ms: 90 },
      { tokens: 512, ms: 60 },
      { tokens: 1_024, ms: 300 },
    ],
    256,
  );
  expect(tokenBudget).toBe(512);
  const perToken = points.map(({ tokens, ms }) => ms / tokens);
  expect(perToken).toEqual(perToken.toSorted((a, b) => b - a));
  expect(points.map(({ ms }) => ms)).toEqual(points.map(({ ms }) => ms).toSorted((a, b) => a - b));
});

test('costs lie on straight lines between the points', () => {
  const cost = costOf([
    { tokens: 100, ms: 10 },
    { tokens: 200, ms: 30 },
  ]);
  expect([50, 100, 150, 200, 400].map(cost)).toEqual([10, 10, 20, 30, 60]);
});

describe('what was measured', () => {
  const place = async () => ({
    folder: await newFolder(),
    info: { device: 'cpu', threads: 2 } as const,
    backboneFingerprint: 'f',
  });
  const measured = {
    tokenBudget: 256,
    points: [
      { tokens: 32, ms: 8 },
      { tokens: 256, ms: 30 },
    ],
  };

  test('is kept for this machine, device and backbone, and for no other', async () => {
    const here = await place();
    await keepCalibration(here, measured);
    expect(await readCalibration(here)).toEqual(measured);
    expect(await readCalibration({ ...here, info: { device: 'cpu', threads: 4 } })).toBeNull();
    expect(await readCalibration({ ...here, backboneFingerprint: 'g' })).toBeNull();
  });

  test('is measured anew where the file is damaged', async () => {
    const here = await place();
    await keepCalibration(here, measured);
    const [name = ''] = await readdir(here.folder);
    await writeFile(join(here.folder, name), '{"format":1,"tok');
    expect(await readCalibration(here)).toBeNull();
  });

  test('is used from the first batch on at the next start, without a run', async () => {
    const here = await place();
    const run = vi.fn(async (tokens: number) => timeOf(tokens));
    const options = {
      tokenBudget: 999,
      leastTokensARow: 8,
      place: here,
      sizes,
      run,
      isIdle: () => true,
      leastBudget: 32,
      signal,
    };
    const first = await tuneLimits(options);
    expect(first().tokenBudget).toBe(999);
    await vi.waitUntil(() => first().tokenBudget === 512);
    await vi.waitUntil(async () => (await readCalibration(here)) !== null);
    const ran = run.mock.calls.length;
    expect((await tuneLimits(options))().tokenBudget).toBe(512);
    expect(run).toHaveBeenCalledTimes(ran);
  });

  test('is not asked for where the operator set the budget', async () => {
    const run = vi.fn(async (tokens: number) => timeOf(tokens));
    const limits = await tuneLimits({
      tokenBudget: 300,
      leastTokensARow: 8,
      place: null,
      sizes,
      run,
      isIdle: () => true,
      leastBudget: 32,
      signal,
    });
    expect(limits().tokenBudget).toBe(300);
    expect(run).not.toHaveBeenCalled();
  });
});
