import type { DriftReference } from '../../src/contract/index.ts';
import type { FakeWorker, FakeWorkerOptions } from './fake-worker.ts';
import { startFakeWorker } from './fake-worker.ts';
import { createTestGateway } from './gateway.ts';
import type { TestGateway, TestGatewayOptions } from './gateway.ts';
import { createJob } from './training-data.ts';

export interface GatewayWithWorker extends TestGateway {
  readonly workerToken: string;
  /** Registers a worker that speaks to this gateway without a network. */
  startWorker(options?: Partial<FakeWorkerOptions>): Promise<FakeWorker>;
  /** Has the worker of `trainModel` leave: nobody is there then but who was started. */
  stopTrainer(): Promise<void>;
  /** Creates a job and has a worker finish it. @returns job and model */
  trainModel(options?: {
    readonly secret?: string;
    readonly fields?: Readonly<Record<string, unknown>>;
  }): Promise<{ readonly jobId: string; readonly model: string }>;
}

export interface GatewayWithWorkerOptions extends TestGatewayOptions {
  /** Of every model of `trainModel`. */
  readonly driftReference?: DriftReference;
}

export async function createGatewayWithWorker({
  driftReference,
  ...options
}: GatewayWithWorkerOptions = {}): Promise<GatewayWithWorker> {
  const gateway = await createTestGateway(options);
  const workerToken = gateway.seedWorkerToken();
  const startWorker: GatewayWithWorker['startWorker'] = (given = {}) =>
    startFakeWorker({ send: async (path, init) => gateway.app.request(path, init), token: workerToken, ...given });
  let trainer: FakeWorker | undefined;
  return {
    ...gateway,
    workerToken,
    startWorker,
    trainModel: async ({ secret, fields = {} } = {}) => {
      const jobId = await createJob(gateway, fields, secret);
      trainer ??= await startWorker({ name: 'trainer', ...(driftReference && { driftReference }) });
      const lease = await trainer.claim();
      if (lease?.job_id !== jobId) throw new Error(`claimed ${lease?.job_id} instead of ${jobId}`);
      await trainer.finish(lease);
      const { body } = await gateway.json(`/v1/fine_tuning/jobs/${jobId}`, { secret });
      return { jobId, model: body.fine_tuned_model };
    },
    stopTrainer: async () => {
      await trainer?.leave();
      trainer = undefined;
    },
    [Symbol.asyncDispose]: () => gateway[Symbol.asyncDispose](),
  };
}
