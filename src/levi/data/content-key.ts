import type { TrainingRecord } from '../records/training-record.ts';
import { addToHash, FNV_OFFSET } from './fnv.ts';

export function normaliseText(text: string): string {
  return text.trim().toLowerCase().replaceAll(/\s+/gu, ' ');
}

/** Equal for records that a model cannot tell apart, or hardly: the same text but for case and white space, the same image and fields. */
export function contentKey({ text, image, fields }: TrainingRecord): string {
  const seen = [normaliseText(text)];
  if (image !== undefined) seen.push(`image ${image.length} ${hashBytes(image)}`);
  if (fields !== undefined) seen.push(JSON.stringify(Object.entries(fields).sort(([a], [b]) => (a < b ? -1 : 1))));
  return seen.join('\n');
}

function hashBytes(bytes: Uint8Array): number {
  let hash = FNV_OFFSET;
  for (let index = 0; index < bytes.length; index++) hash = addToHash(hash, bytes[index] ?? 0);
  return hash >>> 0;
}
