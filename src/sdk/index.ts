export { Levigate } from './client.ts';
export type { ClientOptions, PredictOptions, RequestOptions } from './request.ts';
export type { Page, PageParams, PagePromise } from './page.ts';
export type { CreateFileParams } from './resources/files.ts';
export type { ExportParams } from './resources/models.ts';
export type { ReportOptions, WaitOptions } from './resources/jobs.ts';
export { unwrapWebhook } from './webhooks.ts';
export * from './errors.ts';

// The wire shapes, names unchanged; tests/types/sdk.test-d.ts holds them equal to the contract's schemas.
export type * from './types/admin.ts';
export type * from './types/files.ts';
export type * from './types/fine-tuning.ts';
export type * from './types/graph.ts';
export type * from './types/keys.ts';
export type * from './types/levi.ts';
export type * from './types/limits.ts';
export type * from './types/models.ts';
export type * from './types/predict.ts';
export type * from './types/report.ts';
export type * from './types/usage.ts';
export type * from './types/webhooks.ts';
