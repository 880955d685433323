import type { Timings } from '../../../contract/index.ts';
import type { GatewayContext } from '../../gateway-env.ts';

/** What the worker spent on an answer, in milliseconds. */
export const timingHeaders = ({ queueMs, tokenizationMs, inferenceMs }: Timings): Record<string, string> => ({
  'x-queue-time': milliseconds(queueMs),
  'x-tokenization-time': milliseconds(tokenizationMs),
  'x-inference-time': milliseconds(inferenceMs),
});

export function setTimings(c: Pick<GatewayContext, 'header'>, timings: Timings): void {
  for (const [name, value] of Object.entries(timingHeaders(timings))) c.header(name, value);
}

const milliseconds = (duration: number): string => String(Math.round(duration * 100) / 100);
