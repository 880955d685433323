import { VERSION } from '../../../src/contract/version.ts';
import type { Tracer } from '../../../src/telemetry/tracer.ts';
import { createTracerFrom } from '../../../src/telemetry/tracing-settings.ts';
import type { TracingVariables } from '../../../src/telemetry/tracing-settings.ts';

export interface Tracing extends AsyncDisposable {
  /** Undefined where nothing is exported. */
  readonly tracer: Tracer | undefined;
  /** Of its device processes, which say what they did and send nothing themselves. */
  readonly deviceTracer: Tracer | undefined;
}

/** Spans of this worker, as OpenTelemetry's environment variables have it. Closing sends what still waits. @throws Error naming a wrong variable */
export function openTracing(env: TracingVariables): Tracing {
  const waiting = new Map<NodeJS.Timeout, () => Promise<void>>();
  const run = async (timer: NodeJS.Timeout): Promise<void> => {
    const task = waiting.get(timer);
    waiting.delete(timer);
    clearTimeout(timer);
    // Never rejects: the exporter logs what could not be sent.
    await task?.();
  };
  const runLater = (delayMs: number, task: () => Promise<void>): void => {
    const timer: NodeJS.Timeout = setTimeout(() => void run(timer), delayMs).unref();
    waiting.set(timer, task);
  };
  const name = env.OTEL_SERVICE_NAME || 'levigate-worker';
  const tracerOf = (serviceName: string): Tracer | undefined =>
    createTracerFrom({ ...env, OTEL_SERVICE_NAME: serviceName }, { serviceName, version: VERSION, runLater });
  return {
    tracer: tracerOf(name),
    deviceTracer: tracerOf(`${name}-device`),
    async [Symbol.asyncDispose]() {
      await Promise.all([...waiting.keys()].map(run));
    },
  };
}
