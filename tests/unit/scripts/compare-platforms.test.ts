import { expect, test } from 'vitest';
import { comparePlatforms } from '../../../scripts/compare-platforms.ts';
import type { TestReport } from '../../../scripts/compare-platforms.ts';

const report = (...tests: readonly (readonly [title: string, status?: string])[]): TestReport => ({
  testResults: [
    {
      name: '/checkout/tests/api/files/get.test.ts',
      assertionResults: tests.map(([title, status = 'passed']) => ({ ancestorTitles: ['200'], title, status })),
    },
    {
      name: '/checkout/tests/unit/sdk.test.ts',
      assertionResults: [{ ancestorTitles: [], title: 'of no platform', status: 'passed' }],
    },
  ],
});
const differences = (node: TestReport, workerd: TestReport, exceptions: Readonly<Record<string, string>> = {}) =>
  comparePlatforms(node, workerd, exceptions).differences;
const KEY = 'files/get.test.ts > 200 > b';

test('two equal runs are counted and have no differences', () => {
  const both = report(['a'], ['b'], ['b']);
  expect(comparePlatforms(both, both, {})).toEqual({ counts: { node: 3, workerd: 3 }, differences: [] });
});

test('a test that one platform lacks or skips is told, by name and platform', () => {
  expect(differences(report(['a'], ['b']), report(['a']))).toEqual([`runs on Node and not in workerd: ${KEY}`]);
  expect(differences(report(['a'], ['b']), report(['a'], ['b', 'skipped']))).toEqual([
    `runs on Node and not in workerd: ${KEY}`,
  ]);
  expect(differences(report(['a']), report(['a'], ['b']))).toEqual([`runs in workerd and not on Node: ${KEY}`]);
  expect(differences(report(['b'], ['b']), report(['b']))).toEqual([`runs on Node and not in workerd: ${KEY} (2)`]);
});

test('an exception excuses the test it names, and is itself told once it is not needed', () => {
  const exceptions = { [KEY]: 'reason' };
  expect(differences(report(['a'], ['b']), report(['a'], ['b', 'skipped']), exceptions)).toEqual([]);
  expect(differences(report(['a'], ['b']), report(['a'], ['b']), exceptions)).toEqual([
    `is an exception without need: ${KEY}`,
  ]);
  expect(differences(report(['a']), report(['a']), exceptions)).toEqual([`is an exception without need: ${KEY}`]);
});
