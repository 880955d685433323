import type { Timings } from '../../../contract/index.ts';
import type { GatewayContext } from '../../gateway-env.ts';

/** What the worker spent on an answer, in milliseconds. */
export function setTimings(c: Pick<GatewayContext, 'header'>, { queueMs, tokenizationMs, inferenceMs }: Timings): void {
  c.header('x-queue-time', milliseconds(queueMs));
  c.header('x-tokenization-time', milliseconds(tokenizationMs));
  c.header('x-inference-time', milliseconds(inferenceMs));
}

const milliseconds = (duration: number): string => String(Math.round(duration * 100) / 100);
