import { describe, expect, it } from 'vitest';
import { createProgressBar } from '../../../gpu-worker/src/backbones/progress-bar.ts';

function record(
  isTTY: boolean,
  columns = 80,
): { readonly output: Parameters<typeof createProgressBar>[0]; text(): string } {
  const written: string[] = [];
  return { output: { isTTY, columns, write: (text: string) => written.push(text) }, text: () => written.join('') };
}

const steps = Array.from({ length: 101 }, (_, at) => ({ file: 'model', receivedBytes: at * 1e6, totalBytes: 100e6 }));

describe('the progress bar', () => {
  it('redraws one line on a terminal and ends it when done', () => {
    const { output, text } = record(true);
    const show = createProgressBar(output);
    for (const step of steps) show(step);
    expect(text()).toMatch(/^\r\u001B\[2K░{24} +0% 0\.0 of 100\.0 MB {2}model/);
    expect(text()).toMatch(/█{24} 100% 100\.0 of 100\.0 MB {2}model\n$/);
    expect(text().split('\n')).toHaveLength(2);
  });

  it('never wraps a narrow terminal', () => {
    const { output, text } = record(true, 30);
    createProgressBar(output)({ file: 'a-file-with-a-long-name', receivedBytes: 1, totalBytes: 2 });
    expect(text().replace('\r\u001B[2K', '')).toHaveLength(29);
  });

  it('writes one plain line per tenth elsewhere', () => {
    const { output, text } = record(false);
    const show = createProgressBar(output);
    for (const step of steps) show(step);
    const lines = text().trimEnd().split('\n');
    expect(lines).toHaveLength(11);
    expect(lines[5]).toBe('model: 50% (50.0 of 100.0 MB)');
  });
});
