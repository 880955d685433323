import type { DriftReference } from '../../src/contract/index.ts';
import type { FakeWorker, FakeWorkerOptions } from './fake-worker.ts';
import { startFakeWorker } from './fake-worker.ts';
import type { NodeHostOptions } from './gateway/node-host.ts';
import { createNodeGateway, createTestGateway } from './gateway.ts';
import type { NodeGateway, TestGateway, TestGatewayOptions } from './gateway.ts';
import { createJob } from './training-data.ts';

interface Working {
  /** Registers a worker that speaks to this gateway. */
  startWorker(options?: Partial<FakeWorkerOptions>): Promise<FakeWorker>;
  /** Has the worker of `trainModel` leave: nobody is there then but who was started. */
  stopTrainer(): Promise<void>;
  /** Creates a job and has a worker finish it. @returns job and model */
  trainModel(options?: {
    readonly secret?: string;
    readonly fields?: Readonly<Record<string, unknown>>;
  }): Promise<{ readonly jobId: string; readonly model: string }>;
}
export type GatewayWithWorker = TestGateway & Working;

interface WorkingOptions {
  /** Of every model of `trainModel`. */
  readonly driftReference?: DriftReference;
}

export const createGatewayWithWorker = async ({
  driftReference,
  ...options
}: TestGatewayOptions & WorkingOptions = {}): Promise<GatewayWithWorker> =>
  withWorker(await createTestGateway(options), driftReference ? { driftReference } : {});

function withWorker<Gateway extends TestGateway>(
  gateway: Gateway,
  { driftReference }: WorkingOptions = {},
): Gateway & Working {
  const startWorker: Working['startWorker'] = (given = {}) =>
    startFakeWorker({ send: (path, init) => gateway.send(path, init), token: gateway.workerToken, ...given });
  let trainer: FakeWorker | undefined;
  return {
    ...gateway,
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
  };
}

export type NodeGatewayWithWorker = NodeGateway & Working;

export const createNodeGatewayWithWorker = async (options?: NodeHostOptions): Promise<NodeGatewayWithWorker> =>
  withWorker(await createNodeGateway(options));
