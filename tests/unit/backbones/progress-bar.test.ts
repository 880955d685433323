import { describe, expect, it } from 'vitest';
import { createProgressBar } from '../../../gpu-worker/src/backbones/progress-bar.ts';

interface Recorder {
  readonly output: Parameters<typeof createProgressBar>[0];
  readonly text: () => string;
}

function record(isTTY: boolean, columns = 80): Recorder {
  const written: string[] = [];
  const output = { isTTY, columns, write: (text: string) => written.push(text) };
  return { output, text: () => written.join('').replaceAll('\r\u001B[2K', '<clear>') };
}

const steps = Array.from({ length: 101 }, (_, at) => ({ file: 'model', receivedBytes: at * 1e6, totalBytes: 100e6 }));

describe('the progress bar', () => {
  it('redraws one line on a terminal and ends it when done', () => {
    const { output, text } = record(true);
    const show = createProgressBar(output);
    for (const step of steps) show(step);
    expect(text()).toMatch(/^<clear>░{24} +0% 0\.0 of 100\.0 MB {2}model/);
    expect(text()).toMatch(/█{24} 100% 100\.0 of 100\.0 MB {2}model\n$/);
    expect(text().split('\n')).toHaveLength(2);
  });

  it('never wraps a narrow terminal', () => {
    const { output, text } = record(true, 30);
    createProgressBar(output)({ file: 'a-file-with-a-long-name', receivedBytes: 1, totalBytes: 2 });
    expect(text().replace('<clear>', '')).toHaveLength(29);
  });

  it('shows the whole line where the width is unknown', () => {
    const { output, text } = record(true, 0);
    createProgressBar(output)({ file: 'model', receivedBytes: 1e6, totalBytes: 2e6 });
    expect(text()).toContain('50% 1.0 of 2.0 MB  model');
  });

  it.each([
    [
      'a slow file: a line per tenth',
      1_000,
      ['0%', '10%', '20%', '30%', '40%', '50%', '60%', '70%', '80%', '90%', '100%'],
    ],
    ['a file of some seconds: a line now and then', 100, ['0%', '50%', '100%']],
    ['a fast file: its begin and its end', 1, ['0%', '100%']],
  ])('writes few plain lines elsewhere, of %s', (_, stepMs, expected) => {
    const { output, text } = record(false);
    let now = 0;
    const show = createProgressBar(output, () => now);
    for (const step of steps) {
      show(step);
      now += stepMs;
    }
    const lines = text().trimEnd().split('\n');
    expect(lines.map((line) => /^model: (\d+%) \([\d.]+ of 100\.0 MB\)$/.exec(line)?.[1])).toEqual(expected);
  });

  it('writes one line for a small file', () => {
    const { output, text } = record(false);
    const show = createProgressBar(output);
    for (const step of [1, 2, 3, 4]) show({ file: 'config', receivedBytes: step * 150, totalBytes: 600 });
    expect(text()).toBe('config: 100% (0.6 of 0.6 kB)\n');
  });

  it('ends the line of a finished file once', () => {
    const { output, text } = record(true);
    const show = createProgressBar(output);
    for (const file of ['a', 'a', 'b']) show({ file, receivedBytes: 1, totalBytes: 1 });
    expect(text().trimEnd().split('\n')).toHaveLength(2);
  });
});
