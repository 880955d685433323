import { describe, expect, test } from 'vitest';
import type { Clock, Services } from '../../src/services/ports.ts';

export interface OpenRunLater extends AsyncDisposable {
  readonly runLater: Services['runLater'];
  readonly clock: Clock;
  /** As the platform ends what a request began: resolves when everything that was put off has run. */
  settle(): Promise<void>;
}

/** The clock, and what is put off, on every platform. */
export function describeRunLater(platform: string, open: () => Promise<OpenRunLater>): void {
  describe(`contract: clock (${platform})`, () => {
    test('tells the time of day in milliseconds, and does not go back', async () => {
      await using opened = await open();
      const first = opened.clock.nowMs();
      expect(Math.abs(first - Date.now())).toBeLessThan(5_000);
      expect(opened.clock.nowMs()).toBeGreaterThanOrEqual(first);
    });

    test('runs a task once, after the request went on', async () => {
      await using opened = await open();
      let runs = 0;
      opened.runLater(10, async () => void (runs += 1));
      expect(runs).toBe(0);
      await opened.settle();
      expect(runs).toBe(1);
    });

    test('runs every task, also when one fails, and none of it reaches the caller', async () => {
      await using opened = await open();
      const ended: string[] = [];
      opened.runLater(1, () => Promise.reject(new Error('this one fails')));
      opened.runLater(5, async () => void ended.push('second'));
      opened.runLater(1, async () => void ended.push('third'));
      await opened.settle();
      expect(ended.toSorted()).toEqual(['second', 'third']);
    });

    test('a task may put off another', async () => {
      await using opened = await open();
      const { promise, resolve } = Promise.withResolvers<void>();
      opened.runLater(1, async () => opened.runLater(1, async () => resolve()));
      await opened.settle();
      await opened.settle();
      await promise;
    });
  });
}
