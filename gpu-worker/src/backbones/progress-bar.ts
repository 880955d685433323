import type { BackboneProgress, OnBackboneProgress } from './progress.ts';

interface ProgressOutput {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

const barWidth = 24;
const redrawIntervalMs = 80;
// Not worth more than one line in a log.
const smallFileBytes = 5e6;

/** Shows progress: a redrawn bar on a terminal, elsewhere (logs, containers) one plain line per tenth. */
export function createProgressBar(output: ProgressOutput = process.stderr): OnBackboneProgress {
  return output.isTTY === true ? createBar(output) : createLines(output);
}

function createBar(output: ProgressOutput): OnBackboneProgress {
  let lastDrawnMs = 0;
  let lastFile = '';
  let wasDone = false;
  return (event) => {
    const isDone = event.receivedBytes >= event.totalBytes;
    const now = Date.now();
    const isTooSoon = !isDone && now - lastDrawnMs < redrawIntervalMs;
    if (event.file === lastFile && (wasDone || isTooSoon)) return;
    lastDrawnMs = now;
    lastFile = event.file;
    wasDone = isDone;
    const fraction = fractionOf(event);
    const filled = Math.round(fraction * barWidth);
    const bar = '█'.repeat(filled) + '░'.repeat(barWidth - filled);
    const line = `${bar} ${percent(fraction).padStart(4)} ${megabytes(event)}  ${event.file}`;
    // The line must not wrap, or \r would return to its last row only.
    // A terminal that does not know its width says 0.
    const columns = output.columns || 80;
    output.write(`\r\u001B[2K${line.slice(0, columns - 1)}${isDone ? '\n' : ''}`);
  };
}

function createLines(output: ProgressOutput): OnBackboneProgress {
  const lastTenth = new Map<string, number>();
  return (event) => {
    const fraction = fractionOf(event);
    const tenth = Math.floor(fraction * 10);
    if (lastTenth.get(event.file) === tenth) return;
    if (event.totalBytes < smallFileBytes && fraction < 1) return;
    lastTenth.set(event.file, tenth);
    output.write(`${event.file}: ${percent(fraction)} (${megabytes(event)})\n`);
  };
}

function fractionOf({ receivedBytes, totalBytes }: BackboneProgress): number {
  return totalBytes === 0 ? 1 : Math.min(1, receivedBytes / totalBytes);
}

function percent(fraction: number): string {
  return `${Math.floor(fraction * 100)}%`;
}

function megabytes({ receivedBytes, totalBytes }: BackboneProgress): string {
  return `${(receivedBytes / 1e6).toFixed(1)} of ${(totalBytes / 1e6).toFixed(1)} MB`;
}
