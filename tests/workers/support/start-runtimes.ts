import { createTestHarness, unstable_readConfig } from 'wrangler';
import type { TestProject } from 'vitest/node';
import { ROOT } from '../harness.ts';

/** A runtime for every process that runs tests: they run beside each other, and each empties its own. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const runtimes = await Promise.all(Array.from({ length: project.config.maxWorkers }, () => startRuntime()));
  project.provide(
    'gatewaysInWorkerd',
    runtimes.map(({ url }) => url),
  );
  return async () => void (await Promise.all(runtimes.map(({ close }) => close())));
}

/** wrangler.toml with another entry point, which gives the test a way in. */
async function startRuntime(): Promise<{ readonly url: string; readonly close: () => Promise<void> }> {
  // Whatever secrets a deployed Worker must have, the test gives its own keys and tokens.
  const { secrets: _, ...config } = unstable_readConfig({ config: `${ROOT}wrangler.toml` });
  const harness = createTestHarness({
    root: ROOT,
    workers: [{ config: { ...config, main: 'tests/workers/support/gateway-worker.ts' } }],
  });
  const { url } = await harness.listen();
  await harness.getWorker().applyD1Migrations('DB');
  return { url: url.href, close: () => harness.close() };
}
