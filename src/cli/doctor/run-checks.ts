import { broken } from './finding.ts';
import type { Finding } from './finding.ts';

/** Looks at one thing. A check that throws is a finding too: what it could not bear is broken. */
export interface Check<Context> {
  readonly subject: string;
  readonly run: (context: Context) => Promise<readonly Finding[]>;
}

/** All of them, side by side; findings in the order of the table. */
export async function runChecks<Context>(
  checks: readonly Check<Context>[],
  context: Context,
): Promise<readonly Finding[]> {
  const found = await Promise.all(
    checks.map(({ subject, run }) =>
      run(context).catch((error: unknown) => [
        broken(subject, error instanceof Error ? error.message : String(error), 'mend what the message says'),
      ]),
    ),
  );
  return found.flat();
}
