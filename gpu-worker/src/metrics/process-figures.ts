import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { Metrics } from '../../../src/telemetry/metrics.ts';

const NS_PER_S = 1e9;
const US_PER_S = 1e6;

/**
 * What this process takes and how promptly it reacts, under the names that dashboards of Node know.
 * @returns reads the figures, before they are shown
 */
export function watchProcess(metrics: Metrics): () => void {
  const cpu = metrics.counter({ name: 'process_cpu_seconds_total', help: 'Processor time, in seconds' });
  const started = metrics.gauge({ name: 'process_start_time_seconds', help: 'When it started, Unix time' });
  const resident = metrics.gauge({ name: 'process_resident_memory_bytes', help: 'Memory it holds' });
  const heap = metrics.gauge({ name: 'nodejs_heap_size_used_bytes', help: "Of JavaScript's heap, used" });
  const lag = metrics.gauge({ name: 'nodejs_eventloop_lag_p99_seconds', help: 'Since the last look' });
  const delays = monitorEventLoopDelay();
  delays.enable();
  started.set(performance.timeOrigin / 1000);
  let before = { user: 0, system: 0 };
  return () => {
    const now = process.cpuUsage();
    cpu.add({}, (now.user - before.user + now.system - before.system) / US_PER_S);
    before = now;
    const { rss, heapUsed } = process.memoryUsage();
    resident.set(rss);
    heap.set(heapUsed);
    lag.set(Number.isFinite(delays.percentile(99)) ? delays.percentile(99) / NS_PER_S : 0);
    delays.reset();
  };
}
