import { LIMITS } from '../../../contract/index.ts';
import type { Context } from '../../../services/context.ts';
import { readWholeFile } from '../../../services/files/read-whole.ts';
import { toBase64 } from '../to-base64.ts';

/** Where `files.create` says that a file is; the client puts it in the place of a file among the inputs. */
export const fileUrl = (baseUrl: string, id: string): string => `${baseUrl}/files/${id}`;

/** The file that a value names by its URL here; undefined for any other value. */
const fileIdOf = (value: unknown): string | undefined =>
  typeof value === 'string' ? /^https?:\/\/[^/]+\/replicate\/v1\/files\/([\w-]+)$/.exec(value)?.[1] : undefined;

/** A training's file, by its id or by its URL. */
export const toFileId = <Given extends string | null | undefined>(value: Given): Given | string =>
  fileIdOf(value) ?? value;

/** A prediction's input with its image read, where it is a file of ours. */
export async function readInput(
  ctx: Context,
  input: Readonly<Record<string, unknown>>,
): Promise<Readonly<Record<string, unknown>>> {
  const id = fileIdOf(input['image']);
  if (id === undefined) return input;
  return { ...input, image: toBase64(await readWholeFile(ctx, id, LIMITS.imageBytes)) };
}
