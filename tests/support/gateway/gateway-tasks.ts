import { judgeWindow } from '../../../src/services/drift/judge-window.ts';
import { sweepExpiredFiles } from '../../../src/services/files/sweep-expired.ts';
import { pruneIdempotencyKeys } from '../../../src/services/idempotency/prune.ts';
import { ensureDefaultProject } from '../../../src/services/keys/ensure-default-project.ts';
import { sweepLeases } from '../../../src/services/leases/sweep.ts';
import type { Services } from '../../../src/services/ports.ts';
import { sweepExpiredUploads } from '../../../src/services/uploads/sweep-expired.ts';
import { flushUsage } from '../../../src/services/usage/meter.ts';
import { sweepOrphanBlobs } from '../../../src/services/upkeep/sweep-orphan-blobs.ts';
import { runUpkeep } from '../../../src/services/upkeep/run-upkeep.ts';
import { runOutbox } from '../../../src/services/webhooks/run-outbox.ts';
import { findModel } from '../../../src/store/queries/models.ts';

/**
 * What happens in a gateway without a request, by name: a test runs it inside the gateway, which may be another
 * process. Arguments and results are JSON.
 */
const gatewayTasks = {
  sweepLeases: (services: Services) => sweepLeases(services),
  sweepExpiredFiles: (services: Services) => sweepExpiredFiles(services),
  sweepOrphanBlobs: (services: Services) => sweepOrphanBlobs(services),
  sweepExpiredUploads: (services: Services) => sweepExpiredUploads(services),
  flushUsage: (services: Services) => flushUsage(services),
  pruneIdempotencyKeys: (services: Services) => pruneIdempotencyKeys(services),
  runOutbox: (services: Services) => runOutbox(services),
  runUpkeep: (services: Services) => runUpkeep(services),
  ensureDefaultProject: (services: Services, options: { readonly secret?: string } = {}) =>
    ensureDefaultProject(services, options),
  judgeWindow: async (services: Services, key: { readonly id: string; readonly projectId: string }) => {
    const model = await findModel(services.db, key);
    if (!model) throw new Error(`there is no model ${key.id}`);
    await judgeWindow(services, model);
  },
};

type Tasks = typeof gatewayTasks;
export type TaskName = keyof Tasks;
export type TaskArguments<Name extends TaskName> =
  Parameters<Tasks[Name]> extends [Services, ...infer Rest] ? Rest : never;
export type TaskResult<Name extends TaskName> = Awaited<ReturnType<Tasks[Name]>>;
export type RunTask = <Name extends TaskName>(name: Name, ...args: TaskArguments<Name>) => Promise<TaskResult<Name>>;

/** The table's entries differ in their arguments alone, which `RunTask` has checked. */
export const runTask = (services: Services, name: TaskName, args: readonly unknown[]): Promise<unknown> =>
  (gatewayTasks[name] as (services: Services, ...args: readonly unknown[]) => Promise<unknown>)(services, ...args);
