import { readD1Migrations } from '@cloudflare/vitest-plugin';
import type { D1Migration } from '@cloudflare/vitest-plugin';
import type { TestProject } from 'vitest/node';
import { startScriptedPeer } from '../../support/scripted-peer.ts';

const MIGRATIONS = new URL('../../../migrations', import.meta.url).pathname;

declare module 'vitest' {
  interface ProvidedContext {
    peerUrl: string;
    migrations: D1Migration[];
  }
}

/** What the suites in workerd need of this machine: somebody to speak to, and the migrations. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const peer = await startScriptedPeer();
  project.provide('peerUrl', peer.url);
  project.provide('migrations', await readD1Migrations(MIGRATIONS));
  return async () => peer[Symbol.asyncDispose]();
}
