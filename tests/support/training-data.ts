import type { TestGateway } from './gateway.ts';
import { uploadForm } from './multipart.ts';

export interface Row {
  readonly text?: unknown;
  readonly label?: unknown;
}

export const ROWS: readonly Row[] = Array.from({ length: 12 }, (_, index) => ({
  text: index % 2 === 0 ? `where is my invoice ${index}` : `the app crashes ${index}`,
  label: index % 2 === 0 ? 'billing' : 'bug',
}));

export const toJsonl = (rows: readonly Row[]): string => rows.map((row) => `${JSON.stringify(row)}\n`).join('');

export interface UploadedFile {
  readonly content?: string | Uint8Array<ArrayBuffer>;
  readonly purpose?: string;
  readonly filename?: string;
  readonly secret?: string;
}

/** Uploads through the API. @returns the file's id */
export async function uploadFile(
  gateway: TestGateway,
  { content = toJsonl(ROWS), purpose = 'fine-tune', filename = 'train.jsonl', secret }: UploadedFile = {},
): Promise<string> {
  const body = uploadForm({ file: content, filename, fields: { purpose } });
  const answer = await gateway.json('/v1/files', { method: 'POST', body, secret });
  if (answer.status !== 200) throw new Error(`the upload was refused: ${JSON.stringify(answer.body)}`);
  return answer.body.id;
}

/** Creates a job over the sample rows. @returns its id */
export async function createJob(
  gateway: TestGateway,
  fields: Readonly<Record<string, unknown>> = {},
  secret?: string,
): Promise<string> {
  const training_file = fields['training_file'] ?? (await uploadFile(gateway, secret === undefined ? {} : { secret }));
  const json = { model: 'all-minilm-l6-v2', ...fields, training_file };
  const answer = await gateway.json('/v1/fine_tuning/jobs', { method: 'POST', json, secret });
  if (answer.status !== 200) throw new Error(`the job was refused: ${JSON.stringify(answer.body)}`);
  return answer.body.id;
}
