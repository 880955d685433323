/** One thing that set-up or teardown does to the account. */
export interface Step {
  /** What is made or deleted, such as `R2 bucket levigate-blobs`. */
  readonly subject: string;
  /** @returns what came of it, in a word or two */
  readonly run: () => Promise<string>;
}

export interface StepFailure {
  readonly subject: string;
  readonly reason: string;
}

/** One after the other; a failure does not keep the others from being done. */
export async function runSteps(steps: readonly Step[], tell: (line: string) => void): Promise<readonly StepFailure[]> {
  const failures: StepFailure[] = [];
  for (const { subject, run } of steps) {
    try {
      tell(`  ${subject}: ${await run()}`);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      tell(`  ${subject}: FAILED, ${reason}`);
      failures.push({ subject, reason });
    }
  }
  return failures;
}
