import { expect, it } from 'vitest';
import { summariseStudy } from '../../../bench/accuracy/summarise-study.ts';
import type { FineTuningReport } from '../../../src/sdk/index.ts';

/** As much of a report as a summary reads; scores as `[held-out, shift, shift]`. */
function reportOf(served: string, accuracies: Readonly<Record<string, readonly number[]>>): FineTuningReport {
  const methods = Object.entries(accuracies).map(([method, [id, ...shifts]]) => ({
    method,
    id: { score: { value: id } },
    shifts: shifts.map((value, index) => ({ name: `shift ${index}`, score: { value } })),
  }));
  return { served, methods } as unknown as FineTuningReport;
}

const reports = [
  reportOf('levi', { linear_probe: [0.8, 0.7, 0.5], levi: [0.9, 0.6, 0.5], levi_last: [1, 1, 1] }),
  reportOf('linear_probe', { linear_probe: [0.7, 0.6, 0.6], levi: [0.8, 0.7, 0.7], levi_last: [1, 1, 1] }),
];

it("measures auto's regret in each run against the best method that can be served, on held-out rows and under shift", () => {
  const { regret } = summariseStudy('a study', reports);
  // Held out: 90 of 90, then 70 of 80. Shift: 55 of 60, then 60 of 70. levi_last is never served and does not count.
  expect(regret.heldOut.mean).toBeCloseTo(5, 9);
  expect(regret.shift.mean).toBeCloseTo(7.5, 9);
});

it('gives each method its mean over the runs and its gain over the linear probe', () => {
  const { methods, auto, served } = summariseStudy('a study', reports);
  const levi = methods.find(({ method }) => method === 'levi');
  expect(levi?.accuracy.heldOut.mean).toBeCloseTo(85, 9);
  expect(levi?.overLinearProbe.shift.mean).toBeCloseTo(2.5, 9);
  expect(auto.accuracy.heldOut.mean).toBeCloseTo(80, 9);
  expect(served).toEqual({ levi: 1, linear_probe: 1 });
});

it('claims no interval from one run', () => {
  expect(summariseStudy('a study', reports.slice(0, 1)).auto.accuracy.heldOut.margin).toBeNull();
});
