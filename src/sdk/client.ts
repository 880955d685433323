import { ask, createSend } from './request.ts';
import type { ClientOptions, PredictOptions, Send } from './request.ts';
import { createAdmin } from './resources/admin.ts';
import type { Admin } from './resources/admin.ts';
import { createFiles } from './resources/files.ts';
import type { Files } from './resources/files.ts';
import { createJobs } from './resources/jobs.ts';
import type { Jobs } from './resources/jobs.ts';
import { createKeys } from './resources/keys.ts';
import type { Keys } from './resources/keys.ts';
import { createModels } from './resources/models.ts';
import type { Models } from './resources/models.ts';
import { createUsage } from './resources/usage.ts';
import type { Usage } from './resources/usage.ts';
import { createWebhookEndpoints } from './resources/webhook-endpoints.ts';
import type { WebhookEndpoints } from './resources/webhook-endpoints.ts';
import type { PredictParams, PredictResponse } from './types/predict.ts';
import { unwrapWebhook } from './webhooks.ts';

/**
 * Client of the Levigate API for Node 20+, workers and browsers; no dependencies.
 *
 * @example
 * const levigate = new Levigate({ apiKey });
 * const file = await levigate.files.create({ file: await openAsBlob('train.jsonl'), filename: 'train.jsonl', purpose: 'fine-tune' });
 * const job = await levigate.jobs.create({ model: 'all-minilm-l6-v2', training_file: file.id });
 * const { fine_tuned_model } = await levigate.jobs.wait(job.id);
 * const { data } = await levigate.predict({ model: fine_tuned_model, input: 'My card was charged twice' });
 */
export class Levigate {
  readonly admin: Admin;
  readonly files: Files;
  readonly jobs: Jobs;
  readonly keys: Keys;
  readonly models: Models;
  readonly usage: Usage;
  readonly webhookEndpoints: WebhookEndpoints;
  readonly webhooks = { unwrap: unwrapWebhook };
  readonly #send: Send;

  constructor(options: ClientOptions) {
    this.#send = createSend(options);
    this.admin = createAdmin(this.#send);
    this.files = createFiles(this.#send);
    this.jobs = createJobs(this.#send);
    this.keys = createKeys(this.#send);
    this.models = createModels(this.#send);
    this.usage = createUsage(this.#send);
    this.webhookEndpoints = createWebhookEndpoints(this.#send);
  }

  /** Classifies up to 256 inputs with one adapter or many. `data` is ordered by input, then by model. */
  predict(params: PredictParams, { scaleUpTimeoutS, ...options }: PredictOptions = {}): Promise<PredictResponse> {
    const headers = scaleUpTimeoutS === undefined ? {} : { 'x-scale-up-timeout': String(scaleUpTimeoutS) };
    return ask(this.#send, { method: 'POST', path: '/predict', json: params, headers, ...options });
  }
}
