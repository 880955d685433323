import { expect, test } from 'vitest';
import { findCircles } from '../../../scripts/measure/find-circles.ts';
import { findDuplicates } from '../../../scripts/measure/find-duplicates.ts';

test('circles are the groups that reach each other, however long the way', () => {
  const edges = new Map([
    ['a', new Set(['b'])],
    ['b', new Set(['c', 'd'])],
    ['c', new Set(['a'])],
    ['d', new Set(['e'])],
    ['e', new Set<string>()],
  ]);
  expect(findCircles(edges)).toEqual([['a', 'b', 'c']]);
  expect(findCircles(new Map([['d', new Set(['e'])]]))).toEqual([]);
});

const file = (path: string, ...lines: readonly string[]) => ({ path, lines });
const six = ['one();', 'two();', 'three();', 'four();', 'five();', 'six();'];

test('duplicates are runs of six lines and more, told once; comments, imports and punctuation do not count', () => {
  const sources = [
    file('a.ts', "import { x } from './x.ts';", ...six, 'seven();', 'own();'),
    file('b.ts', '// a comment', 'other();', '  one();', '', ...six.slice(1), '  seven();', '}'),
    file('c.ts', ...six.slice(0, 5)),
  ];
  expect(findDuplicates(sources, 6)).toEqual([{ lines: 7, places: ['a.ts:2', 'b.ts:3'] }]);
});
