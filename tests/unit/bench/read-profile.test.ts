import { expect, test } from 'vitest';
import { readProfile } from '../../../bench/profile/read-profile.ts';

const frame = (id: number, functionName: string, url = '') => ({ id, callFrame: { functionName, url, lineNumber: 9 } });

test('sums the time of each function without what it called, the largest first; idle time and the recording are no work', () => {
  const profile = {
    nodes: [
      frame(1, '(idle)'),
      frame(2, 'parse', 'file:///app/node_modules/zod/v4/core.js'),
      frame(3, '', ''),
      frame(4, 'parse', 'file:///app/node_modules/zod/v4/core.js'),
      frame(5, 'post', 'node:inspector'),
    ],
    samples: [1, 2, 3, 4, 5],
    timeDeltas: [1000, 2000, 5000, 1000, 9000],
  };
  expect(readProfile(JSON.stringify(profile))).toEqual({
    totalMs: 18,
    busyMs: 8,
    functions: [
      { name: '(native code)', place: '', selfMs: 5 },
      { name: 'parse', place: 'zod/v4/core.js:10', selfMs: 3 },
    ],
  });
});
