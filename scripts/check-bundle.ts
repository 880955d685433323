import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';

/**
 * The Worker's bundle against its goals, both as wrangler reports them: the gzip size of what it would upload, and the CPU
 * time of the start-up. `wrangler check startup` loads the bundle in workerd on this machine with V8's sampling profiler on;
 * its "Active" is the sampled time that was not idle, garbage collection included. The least of several runs counts, and
 * on a busy machine there are more of them: what other processes do is added to a run, never taken away.
 */
const MAX_GZIP_KIB = 1_024;
const MAX_STARTUP_MS = 50;
const RUNS = 5;
const MAX_RUNS = 20;
const ROOT = join(import.meta.dirname, '..');

const folder = mkdtempSync(join(tmpdir(), 'levigate-bundle-'));
try {
  const bundle = join(folder, 'worker.bundle');
  wrangler('deploy', '--dry-run', '--containers-rollout=none', '--env=production', `--outfile=${bundle}`);
  const reports: string[] = [];
  const startupMs: number[] = [];
  while (reports.length < RUNS || (reports.length < MAX_RUNS && Math.min(...startupMs) > MAX_STARTUP_MS)) {
    const profile = join(folder, `${reports.length}.cpuprofile`);
    const report = wrangler('check', 'startup', `--worker=${bundle}`, `--outfile=${profile}`);
    reports.push(report);
    startupMs.push(numberIn(report, /Active: ([\d.]+) ms/));
  }
  const gzipKib = Math.max(...reports.map((report) => numberIn(report, /gzip: ([\d.]+) KiB/)));
  const leastMs = Math.min(...startupMs);
  console.log(`Worker bundle: ${gzipKib.toFixed(0)} KiB gzip (goal: at most ${MAX_GZIP_KIB})`);
  console.log(`start-up: ${leastMs} ms of CPU (goal: at most ${MAX_STARTUP_MS}); runs: ${startupMs.join(', ')} ms`);
  if (gzipKib > MAX_GZIP_KIB || leastMs > MAX_STARTUP_MS) {
    console.log(describeProfile(join(folder, `${startupMs.indexOf(leastMs)}.cpuprofile`)));
    process.exitCode = 1;
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function wrangler(...args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [join(ROOT, 'node_modules/wrangler/bin/wrangler.js'), ...args],
    {
      cwd: ROOT,
      encoding: 'utf8',
      timeout: 120_000,
      env: { ...process.env, WRANGLER_SEND_METRICS: 'false', CLOUDFLARE_CF_FETCH_ENABLED: 'false' },
    },
  );
  if (status === 0) return stripVTControlCharacters(stdout);
  throw new Error(`wrangler ${args.join(' ')} ended with ${status}:\n${stdout}${stderr}`);
}

function numberIn(report: string, pattern: RegExp): number {
  const found = pattern.exec(report)?.[1];
  if (found === undefined) throw new Error(`wrangler reports no ${pattern.source}:\n${report}`);
  return Number(found);
}

interface CpuProfile {
  readonly nodes: readonly { readonly id: number; readonly callFrame: { readonly functionName: string } }[];
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

/** The functions that took longest themselves: where to begin. */
function describeProfile(path: string): string {
  const { nodes, samples, timeDeltas } = JSON.parse(readFileSync(path, 'utf8')) as CpuProfile;
  const names = new Map(nodes.map(({ id, callFrame }) => [id, callFrame.functionName || '(top level)']));
  const spent = new Map<string, number>();
  for (const [index, id] of samples.entries()) {
    const name = names.get(id) ?? '?';
    spent.set(name, (spent.get(name) ?? 0) + (timeDeltas[index] ?? 0));
  }
  const longest = [...spent].toSorted(([, a], [, b]) => b - a).slice(0, 12);
  return longest.map(([name, us]) => `  ${(us / 1000).toFixed(1).padStart(6)} ms  ${name}`).join('\n');
}
