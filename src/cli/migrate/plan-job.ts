import { basename } from 'node:path';
import { ApiError } from '../../sdk/index.ts';
import type { CreateJobParams, DryRun, Levigate } from '../../sdk/index.ts';
import { uploadFile } from '../upload-file.ts';
import { suffixOf } from './find-exports.ts';
import type { ExportedFile } from './find-exports.ts';

/** What a file would become, or why it would become nothing. */
export type Plan =
  | { readonly path: string; readonly request: CreateJobParams; readonly found: DryRun }
  | { readonly path: string; readonly refusal: string };

/** Uploads the file and has the gateway read it all; what is refused leaves nothing there. */
export async function planJob(client: Levigate, exported: ExportedFile, model: string): Promise<Plan> {
  const { path, validationPath, levi, refusal } = exported;
  if (refusal !== undefined) return { path, refusal };
  const uploaded: string[] = [];
  const upload = async (file: string): Promise<string> => {
    const { id } = await uploadFile(client, file);
    uploaded.push(id);
    return id;
  };
  try {
    const request: CreateJobParams = {
      model,
      training_file: await upload(path),
      validation_file: validationPath === undefined ? undefined : await upload(validationPath),
      suffix: suffixOf(path),
      metadata: { migrated_from: basename(path).slice(0, 512) },
      levi,
    };
    return { path, request, found: await client.jobs.dryRun(request) };
  } catch (error) {
    await dropFiles(client, uploaded);
    if (error instanceof ApiError && error.status === 400) return { path, refusal: error.message };
    throw error;
  }
}

export async function dropFiles(client: Levigate, ids: readonly (string | null | undefined)[]): Promise<void> {
  for (const id of ids) if (id) await client.files.delete(id);
}
