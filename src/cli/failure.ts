import { ApiError, ConnectionError, JobFailedError } from '../sdk/index.ts';

/** One readable message on stderr and exit status 1; the stack only where DEBUG asks for it. */
export function reportFailure(error: unknown): void {
  console.error(`levigate: ${describeFailure(error)}`);
  if (process.env['DEBUG'] && error instanceof Error) console.error(error.stack);
  process.exitCode = 1;
}

function describeFailure(error: unknown): string {
  if (error instanceof ApiError) {
    const where = error.param === null ? '' : ` (${error.param})`;
    return `${error.message}${where}${error.requestId === null ? '' : ` [${error.requestId}]`}`;
  }
  if (error instanceof JobFailedError) return `job ${error.jobId}: ${error.message} [${error.code}]`;
  if (error instanceof ConnectionError)
    return `${error.message}\nIs the gateway running ("levigate start")? --url or LEVIGATE_URL says where it is.`;
  // What the SDK could not parse.
  if (error instanceof SyntaxError) return `the answer is no JSON: is this a Levigate gateway? --url says where it is`;
  return error instanceof Error ? error.message : String(error);
}
