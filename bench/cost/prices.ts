/**
 * Cloudflare's public price list for Workers Paid, US dollars, as its documentation pages had it in August 2026
 * (workers, d1, r2, queues, durable-objects and containers, `platform/pricing` each).
 */
export const PRICES_OF = 'August 2026';
export const BASE_PER_MONTH = 5;

export interface Meter {
  readonly name: string;
  readonly unit: string;
  /** A month, with the plan. */
  readonly included: number;
  /** Beyond it. */
  readonly dollarsPerUnit: number;
}

const MILLION = 1_000_000;

export const METERS = {
  requests: { name: 'Workers requests', unit: 'requests', included: 10 * MILLION, dollarsPerUnit: 0.3 / MILLION },
  cpuMs: { name: 'Workers CPU', unit: 'ms', included: 30 * MILLION, dollarsPerUnit: 0.02 / MILLION },
  rowsRead: { name: 'D1 rows read', unit: 'rows', included: 25_000 * MILLION, dollarsPerUnit: 0.001 / MILLION },
  rowsWritten: { name: 'D1 rows written', unit: 'rows', included: 50 * MILLION, dollarsPerUnit: 1 / MILLION },
  classA: { name: 'R2 class A (writes)', unit: 'operations', included: MILLION, dollarsPerUnit: 4.5 / MILLION },
  classB: { name: 'R2 class B (reads)', unit: 'operations', included: 10 * MILLION, dollarsPerUnit: 0.36 / MILLION },
  storedGb: { name: 'R2 storage', unit: 'GB-months', included: 10, dollarsPerUnit: 0.015 },
  queueOps: { name: 'Queues', unit: 'operations', included: MILLION, dollarsPerUnit: 0.4 / MILLION },
  objectCalls: { name: 'Durable Object requests', unit: 'requests', included: MILLION, dollarsPerUnit: 0.15 / MILLION },
  objectSeconds: { name: 'Durable Object duration', unit: 'GB-s', included: 400_000, dollarsPerUnit: 12.5 / MILLION },
  vcpuSeconds: { name: 'Containers, vCPU', unit: 'vCPU-s', included: 375 * 60, dollarsPerUnit: 0.00002 },
  memorySeconds: { name: 'Containers, memory', unit: 'GiB-s', included: 25 * 3_600, dollarsPerUnit: 0.0000025 },
  diskSeconds: { name: 'Containers, disk', unit: 'GB-s', included: 200 * 3_600, dollarsPerUnit: 0.00000007 },
} as const satisfies Record<string, Meter>;

export type MeterName = keyof typeof METERS;

export const dollarsFor = (name: MeterName, amount: number): number =>
  Math.max(0, amount - METERS[name].included) * METERS[name].dollarsPerUnit;
