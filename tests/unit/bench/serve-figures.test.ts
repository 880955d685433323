import { expect, it } from 'vitest';
import { absoluteFigure, describeMissing, isMet, ratioFigure, toJson, toRow } from '../../../bench/serve/figure.ts';
import { inTurns } from '../../../bench/serve/in-turns.ts';
import { quantiles } from '../../../bench/serve/spread.ts';

const GOAL = { atLeast: 0.9 };
const named = { key: 'P3.batch', what: 'batches / bare', goal: GOAL, unit: 'texts/s' };

it('takes the ratio within each turn, so that a turn in which the machine was slow for both changes nothing', () => {
  const figure = ratioFigure({ ...named, ours: [95, 9.5, 95], baseline: [100, 10, 100] });
  expect(figure.value).toBeCloseTo(0.95, 9);
  expect(isMet(figure)).toBe(true);
});

it('tells a goal that was missed from a figure that could not be measured, and both from one that was met', () => {
  const findings = [
    ratioFigure({ ...named, ours: [95], baseline: [100] }),
    ratioFigure({ ...named, key: 'P3.single', ours: [50], baseline: [100] }),
    { key: 'P4.batch', what: 'batches / another server', goal: GOAL, missing: 'it did not start' },
  ];
  expect(findings.map((finding) => toRow(finding).goal)).toEqual(['>= 0.9: met', '>= 0.9: MISSED', '>= 0.9']);
  expect(describeMissing(findings)).toBe('not measured:\n  P4.batch: it did not start');
  expect(describeMissing(findings.slice(0, 2))).toBeNull();
  expect(toJson(findings)).toMatchObject({
    'P3.batch': { value: 0.95, goal: '>= 0.9', ok: true },
    'P3.single': { value: 0.5, ok: false },
    'P4.batch': { value: null, ok: false },
  });
});

it('refuses to make a figure of nothing, or of what is no number', () => {
  expect(() => absoluteFigure({ ...named, values: [] })).toThrow('nothing was measured');
  expect(() => ratioFigure({ ...named, ours: [1, 2], baseline: [1] })).toThrow('nothing was measured');
});

it('gives every side as many turns, and another one the first each round', async () => {
  const order: string[] = [];
  const side = (name: string) => async (round: number) => {
    order.push(name);
    return round;
  };
  expect(await inTurns(3, { ours: side('ours'), theirs: side('theirs') })).toEqual({
    ours: [0, 1, 2],
    theirs: [0, 1, 2],
  });
  expect(order).toEqual(['ours', 'theirs', 'theirs', 'ours', 'ours', 'theirs']);
});

it('finds quantiles whatever the order', () => {
  const at = quantiles([5, 1, 4, 2, 3]);
  expect([at(0), at(0.5), at(0.9), at(1)]).toEqual([1, 3, 4.6, 5]);
  expect(quantiles([1, 2])(0.5)).toBe(1.5);
});
