import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const INSTALL_LIMIT_MS = 180_000;
const RUN_LIMIT_MS = 60_000;

export interface PythonEnvironment {
  /** @returns what the script printed */
  run(script: string, env: Readonly<Record<string, string>>): Promise<string>;
}

/** A virtual environment with the packages from pip; a reason where there is no Python, or no way to the packages. */
export async function createPythonEnvironment(
  folder: string,
  packages: readonly string[],
): Promise<PythonEnvironment | { readonly reason: string }> {
  const python = join(folder, 'bin/python');
  try {
    if (!existsSync(python)) await run('python3', ['-m', 'venv', folder], { timeout: INSTALL_LIMIT_MS });
    const install = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--retries', '1', ...packages];
    await run(python, install, { timeout: INSTALL_LIMIT_MS });
  } catch (error) {
    return { reason: error instanceof Error ? error.message.slice(0, 300) : String(error) };
  }
  return {
    run: async (script, env) => {
      const { stdout } = await run(python, ['-c', script], { timeout: RUN_LIMIT_MS, env: { ...process.env, ...env } });
      return stdout;
    },
  };
}
