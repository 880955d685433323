import type { BackboneProgress, OnBackboneProgress } from './progress.ts';

interface ProgressOutput {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

const barWidth = 24;
const redrawIntervalMs = 80;
const lineIntervalMs = 5_000;
// Not worth more than one line in a log.
const smallFileBytes = 5e6;

/**
 * Shows progress: a redrawn bar on a terminal; elsewhere (logs, containers) plain lines where a large file begins and
 * ends, and in between where that takes long, some seconds and at least a tenth apart.
 */
export function createProgressBar(
  output: ProgressOutput = process.stderr,
  nowMs: () => number = Date.now,
): OnBackboneProgress {
  return output.isTTY === true ? createBar(output, nowMs) : createLines(output, nowMs);
}

function createBar(output: ProgressOutput, nowMs: () => number): OnBackboneProgress {
  let lastDrawnMs = 0;
  let lastFile = '';
  let wasDone = false;
  return (event) => {
    const isDone = event.receivedBytes >= event.totalBytes;
    const now = nowMs();
    const isTooSoon = !isDone && now - lastDrawnMs < redrawIntervalMs;
    if (event.file === lastFile && (wasDone || isTooSoon)) return;
    lastDrawnMs = now;
    lastFile = event.file;
    wasDone = isDone;
    const fraction = fractionOf(event);
    const filled = Math.round(fraction * barWidth);
    const bar = '█'.repeat(filled) + '░'.repeat(barWidth - filled);
    const line = `${bar} ${percent(fraction).padStart(4)} ${amount(event)}  ${event.file}`;
    // The line must not wrap, or \r would return to its last row only.
    // A terminal that does not know its width says 0.
    const columns = output.columns || 80;
    output.write(`\r\u001B[2K${line.slice(0, columns - 1)}${isDone ? '\n' : ''}`);
  };
}

function createLines(output: ProgressOutput, nowMs: () => number): OnBackboneProgress {
  const lastLines = new Map<string, { readonly tenth: number; readonly writtenMs: number }>();
  return (event) => {
    const fraction = fractionOf(event);
    const tenth = Math.floor(fraction * 10);
    const last = lastLines.get(event.file);
    const isSmall = event.totalBytes < smallFileBytes;
    if (last?.tenth === tenth || (isSmall && fraction < 1)) return;
    if (last && fraction < 1 && nowMs() - last.writtenMs < lineIntervalMs) return;
    lastLines.set(event.file, { tenth, writtenMs: nowMs() });
    output.write(`${event.file}: ${percent(fraction)} (${amount(event)})\n`);
  };
}

function fractionOf({ receivedBytes, totalBytes }: BackboneProgress): number {
  return totalBytes === 0 ? 1 : Math.min(1, receivedBytes / totalBytes);
}

function percent(fraction: number): string {
  return `${Math.floor(fraction * 100)}%`;
}

function amount({ receivedBytes, totalBytes }: BackboneProgress): string {
  const [unit, bytes] = totalBytes < 1e6 ? (['kB', 1e3] as const) : (['MB', 1e6] as const);
  return `${(receivedBytes / bytes).toFixed(1)} of ${(totalBytes / bytes).toFixed(1)} ${unit}`;
}
