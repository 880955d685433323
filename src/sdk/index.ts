export { Levigate } from './client.ts';
export type { ClientOptions, RequestOptions } from './request.ts';
export type { Page } from './page.ts';
export type { CreateFileParams } from './resources/files.ts';
export type { ReportOptions, WaitOptions } from './resources/jobs.ts';
export { unwrapWebhook } from './webhooks.ts';
export * from './errors.ts';
export type * from './report-types.ts';
export type * from './types.ts';
