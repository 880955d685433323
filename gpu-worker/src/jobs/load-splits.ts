import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FieldType } from '../../../src/contract/levi.ts';
import type { LintFinding } from '../../../src/contract/lint.ts';
import type { LeasedJob } from '../../../src/contract/worker-protocol.ts';
import { collectFields, createLinter, readRecords } from '../../../src/levi/index.ts';
import type { FieldCollector, TrainingRecord } from '../../../src/levi/index.ts';
import type { GatewayClient } from '../gateway-api/gateway-client.ts';
import { isTransient } from '../gateway-api/gateway-error.ts';
import { retry } from '../gateway-api/retry.ts';
import { diskSource, saveVerified } from './download-file.ts';

export interface Split {
  readonly name: string;
  /** The request field that named its file. */
  readonly file: string;
  readonly records: readonly TrainingRecord[];
  /** The line of each record in its file. */
  readonly lines: readonly number[];
}

export interface Splits {
  readonly train: Split;
  readonly validation: Split | null;
  readonly shifts: readonly Split[];
  /** Of every field of the training file, also those that nobody declared: told from all its rows, as the dry run shows them. */
  readonly fieldTypes: Readonly<Record<string, FieldType>>;
  /** The gateway found the same before it accepted the job. */
  readonly lint: readonly LintFinding[];
}

type LeasedFile = LeasedJob['training_file'];

/** Downloads and parses a job's files, one after the other. Rejects with `invalid_training_file` naming the field, line and remedy. */
export async function loadSplits(
  client: Pick<GatewayClient, 'downloadFile'>,
  lease: Pick<LeasedJob, 'job_id' | 'lease_token' | 'levi' | 'training_file' | 'validation_file' | 'shift_files'>,
  { maxTokens, signal }: { readonly maxTokens: number; readonly signal: AbortSignal },
): Promise<Splits> {
  const linter = createLinter({ maxTokens, columns: lease.levi.columns });
  const fields = collectFields(lease.levi.columns?.fields);
  const folder = await mkdtemp(join(tmpdir(), 'levigate-job-'));
  const load = async (file: LeasedFile, name: string, param: string): Promise<Split> => {
    const path = join(folder, file.sha256);
    const download = async (): Promise<void> => {
      const { job_id: jobId, lease_token: token } = lease;
      await saveVerified(await client.downloadFile({ jobId, token }, file.id, signal), {
        path,
        sha256: file.sha256,
        signal,
      });
    };
    await retry(download, { signal, shouldRetry: isTransient });
    const records: TrainingRecord[] = [];
    const lines: number[] = [];
    for await (const numbered of readRecords(await diskSource(path), { file: param, reading: lease.levi })) {
      linter.add(param, numbered);
      if (param === 'training_file') fields.add(numbered);
      // So that a row can be named without its text: by its own id, else by its line.
      records.push({ id: `line:${numbered.line}`, ...numbered.record });
      lines.push(numbered.line);
    }
    await rm(path);
    return { name, file: param, records, lines };
  };
  try {
    const train = await load(lease.training_file, 'train', 'training_file');
    const validation = lease.validation_file
      ? await load(lease.validation_file, 'validation', 'validation_file')
      : null;
    const shifts: Split[] = [];
    for (const [index, file] of lease.shift_files.entries()) {
      // A position, as two shifts may bear one name.
      const split = await load(file, `shift ${index}`, `levi.shift_files.${index}.file`);
      shifts.push(split);
    }
    return { train, validation, shifts, fieldTypes: typesOf(fields.found()), lint: linter.findings() };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const typesOf = (found: ReturnType<FieldCollector['found']>): Splits['fieldTypes'] =>
  Object.fromEntries(Object.entries(found).map(([name, { type }]) => [name, type]));
