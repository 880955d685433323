/**
 * The SDK's hand-written types are the contract's schemas: a difference does not compile.
 * Checked by `npm run types`; there is nothing to run.
 */
import type { z } from 'zod';
import type * as contract from '../../src/contract/index.ts';
import type * as sdk from '../../src/sdk/index.ts';

type IsAssignable<From, To> = [From] extends [To] ? true : false;
type Same<A, B> = IsAssignable<A, B> extends true ? IsAssignable<B, A> : false;
type Expect<Holds extends true> = Holds;

export type Checks = [
  Expect<Same<sdk.FileObject, contract.FileObject>>,
  Expect<Same<sdk.LeviOptions, contract.LeviOptions>>,
  Expect<Same<sdk.CreateJobParams, z.input<typeof contract.CreateJobRequest>>>,
  Expect<Same<sdk.DryRun, contract.DryRun>>,
  Expect<Same<sdk.LintFinding, contract.LintFinding>>,
  Expect<Same<sdk.Job, contract.Job>>,
  Expect<Same<sdk.JobEvent, contract.JobEvent>>,
  Expect<Same<sdk.JobCheckpoint, contract.JobCheckpoint>>,
  Expect<Same<sdk.Model, contract.Model>>,
  Expect<Same<sdk.ModelDrift, contract.ModelDrift>>,
  Expect<Same<sdk.ModelGraph, contract.ModelGraph>>,
  Expect<Same<sdk.PredictParams, z.input<typeof contract.PredictRequest>>>,
  Expect<Same<sdk.PredictResponse, contract.PredictResponse>>,
  Expect<Same<sdk.WebhookEvent, contract.WebhookEvent>>,
  Expect<Same<sdk.WebhookEndpoint, contract.WebhookEndpoint>>,
  Expect<Same<sdk.CreateWebhookEndpointParams, z.input<typeof contract.CreateWebhookEndpoint>>>,
  Expect<Same<sdk.UpdateWebhookEndpointParams, z.input<typeof contract.UpdateWebhookEndpoint>>>,
  Expect<Same<sdk.TestWebhookEndpointParams, z.input<typeof contract.TestWebhookEndpoint>>>,
  Expect<Same<sdk.WebhookTestResult, contract.WebhookTestResult>>,
  Expect<Same<sdk.WebhookDelivery, contract.WebhookDelivery>>,
  Expect<Same<sdk.ApiKey, contract.ApiKey>>,
  Expect<Same<sdk.Project, contract.Project>>,
  Expect<Same<sdk.QueueStats, contract.QueueStats>>,
  Expect<Same<sdk.UsagePage, contract.UsagePage>>,
  Expect<Same<sdk.FineTuningReport, contract.FineTuningReport>>,
];
