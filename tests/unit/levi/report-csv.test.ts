import { expect, test } from 'vitest';
import { toReportCsv } from '../../../src/levi/report/report-csv.ts';
import { runToEnd, syntheticInput, syntheticRows } from './synthetic-task.ts';

/** RFC 4180, read back by the letter. */
function parse(csv: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  for (const [, quoted, plain = '', end] of csv.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/g)) {
    row.push(quoted?.replaceAll('""', '"') ?? plain);
    if (end === ',') continue;
    rows.push(row);
    row = [];
  }
  return rows;
}

test('a line per method and split with every figure, its interval and what the method cost', async () => {
  const shifts = [
    { name: 'chat', ...syntheticRows(30, 2, 0.3) },
    { name: '=HYPERLINK("http://evil.example","a, b")', ...syntheticRows(30, 3, 0.3) },
  ];
  const { report } = (await runToEnd(syntheticInput({ train: syntheticRows(90, 1), shifts }))).result;
  const [header = [], ...rows] = parse(toReportCsv(report));
  expect(new Set(rows.map(({ length }) => length))).toEqual(new Set([header.length]));
  expect(rows).toHaveLength(report.methods.length * 3);
  const read = (row: readonly string[] | undefined) => Object.fromEntries(header.map((name, at) => [name, row?.[at]]));
  const [first] = report.methods;
  expect(read(rows[0])).toMatchObject({
    target: 'label',
    method: 'prior',
    served: 'false',
    split: 'held_out',
    shift: '',
    n: String(first?.id.n),
    accuracy: String(first?.id.accuracy?.value),
    accuracy_low: String(first?.id.accuracy?.low),
    accuracy_high: String(first?.id.accuracy?.high),
    calibration_temperature: String(first?.calibration.temperature),
    validation_loss: String(first?.validation_loss),
    seconds: String(first?.seconds),
    bytes: String(first?.bytes),
    added_latency_ms_one_row: String(first?.added_latency_ms.one_row),
    ood_gap_low: String(first?.ood?.gap.low),
  });
  expect(read(rows[1])).toMatchObject({ split: 'file', shift: 'chat', n: '30' });
  expect(rows.filter((row) => read(row)['served'] === 'true').map((row) => read(row)['method'])).toEqual(
    Array.from({ length: 3 }, () => report.served),
  );
  // Text, not a formula, and one cell in spite of its quotes and comma.
  expect(read(rows[2])['shift']).toBe(`'=HYPERLINK("http://evil.example","a, b")`);
});

test.each(['=1+1', '+1', '-1', '@SUM(A1)', '＝1', '\tx', '\rx'])(
  'a name that begins as %j does is no formula',
  (name) => {
    const figures = { n: 1, score: { value: 1, low: null, high: null }, loss: -0.5 };
    const method = { method: 'prior', id: figures, shifts: [{ ...figures, name, kind: 'group' }] } as const;
    const calibration = { temperature: 1, deviation: null, ece_before: 0, ece_after: 0 };
    const costs = {
      ood: null,
      groups: null,
      added_latency_ms: { one_row: 0.5, batch_of_32: 1 },
      seconds: 0,
      parameters: 0,
      bytes: 0,
      detail: {},
      validation_loss: 0,
      validation_score: 0,
    };
    const [header = [], , row = []] = parse(
      toReportCsv({
        target: 'label',
        other_targets: [],
        served: 'prior',
        methods: [{ ...method, ...costs, calibration, shifts: [...method.shifts] }],
      }),
    );
    expect(row[header.indexOf('shift')]).toBe(`'${name}`);
    expect(row[header.indexOf('split')]).toBe('group');
    // A number keeps its sign, and a missing bound is an empty cell.
    expect([row[header.indexOf('loss')], row[header.indexOf('score_low')]]).toEqual(['-0.5', '']);
  },
);
