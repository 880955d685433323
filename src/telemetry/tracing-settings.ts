import { createOtlpExporter } from './otlp-exporter.ts';
import type { OtlpExporterOptions } from './otlp-exporter.ts';
import { createTracer } from './tracer.ts';
import type { Tracer } from './tracer.ts';

const VARIABLES = [
  'OTEL_EXPORTER_OTLP_ENDPOINT',
  'OTEL_EXPORTER_OTLP_HEADERS',
  'OTEL_SDK_DISABLED',
  'OTEL_SERVICE_NAME',
  'OTEL_TRACES_SAMPLER_ARG',
] as const;

/** OpenTelemetry's own variables, as far as they mean something here. */
export type TracingVariables = { readonly [Name in (typeof VARIABLES)[number]]?: string | undefined };

export const pickTracingVariables = (env: TracingVariables): TracingVariables =>
  Object.fromEntries(VARIABLES.map((name) => [name, env[name]]));

export interface TracingOptions extends Pick<OtlpExporterOptions, 'runLater'> {
  /** Unless OTEL_SERVICE_NAME says otherwise. */
  readonly serviceName: string;
  readonly version: string;
}

/**
 * A tracer as OpenTelemetry's environment variables describe it; undefined without OTEL_EXPORTER_OTLP_ENDPOINT, and then nothing is spent on it.
 * @throws Error naming the variable that is wrong
 */
export function createTracerFrom(
  env: TracingVariables,
  { serviceName, version, runLater }: TracingOptions,
): Tracer | undefined {
  const endpoint = env.OTEL_EXPORTER_OTLP_ENDPOINT;
  if (!endpoint || env.OTEL_SDK_DISABLED === 'true') return undefined;
  if (!URL.canParse(endpoint))
    throw new Error(`OTEL_EXPORTER_OTLP_ENDPOINT: "${endpoint}" is not a URL, such as http://127.0.0.1:4318`);
  return createTracer({
    sampleRatio: parseRatio(env.OTEL_TRACES_SAMPLER_ARG),
    export: createOtlpExporter({
      endpoint,
      headers: parseHeaders(env.OTEL_EXPORTER_OTLP_HEADERS),
      resource: { 'service.name': env.OTEL_SERVICE_NAME || serviceName, 'service.version': version },
      runLater,
    }),
  });
}

function parseRatio(text: string | undefined): number {
  if (!text) return 1;
  const ratio = Number(text);
  if (ratio >= 0 && ratio <= 1) return ratio;
  throw new Error(`OTEL_TRACES_SAMPLER_ARG: "${text}" is not a share of the traces, 0 to 1`);
}

/** `name=value,name=value`, percent-encoded. */
function parseHeaders(text: string | undefined): Record<string, string> {
  const pairs = (text ?? '').split(',').filter((pair) => pair.includes('='));
  return Object.fromEntries(
    pairs.map((pair) => {
      const [name = '', ...value] = pair.split('=');
      return [name.trim(), decodeURIComponent(value.join('=').trim())];
    }),
  );
}
