import { LIMITS } from '../../contract/limits.ts';
import { readImageHeader } from '../images/read-image-header.ts';
import { trainingFileError } from './training-file-error.ts';
import type { FilePlace } from './training-file-error.ts';

/** What a cell can hold an image as, for messages. */
const FORMS = 'bytes, base64 or a "data:image/…;base64," URI';

/**
 * The encoded file: of bytes (Parquet, archives), of `{bytes, path}` (Hugging Face's image column), or of base64, bare or as a data URI.
 * Checked by its header: format, no animation, `LIMITS.imageBytes` and `LIMITS.imagePixels`.
 * Throws `invalid_training_file`.
 */
export function readImage(value: unknown, place: FilePlace): Uint8Array {
  const bytes = toBytes(value, place);
  if (bytes.length === 0) throw trainingFileError(place, 'is an empty image. Remove the row or give it an image.');
  if (bytes.length > LIMITS.imageBytes)
    throw trainingFileError(
      place,
      `is an image of more than ${LIMITS.imageBytes / 1024 / 1024} MB. Give a smaller version of it.`,
    );
  const header = readImageHeader(bytes);
  if ('problem' in header) throw trainingFileError(place, `${header.problem}. Give a whole JPEG, PNG or WebP file.`);
  const { width, height, isAnimated } = header;
  if (isAnimated) throw trainingFileError(place, 'is an animation. Give one frame of it.');
  if (width * height > LIMITS.imagePixels)
    throw trainingFileError(
      place,
      `is an image of ${width} x ${height} pixels, more than ${LIMITS.imagePixels / 1e6} million. Give a smaller version of it: the backbone reads a few hundred pixels a side.`,
    );
  return bytes;
}

function toBytes(value: unknown, place: FilePlace): Uint8Array {
  if (value instanceof Uint8Array) return value;
  if (typeof value === 'string') return fromText(value, place);
  if (isStruct(value)) return fromStruct(value, place);
  throw trainingFileError(place, `must be an image as ${FORMS}, found a value of type ${typeof value}.`);
}

const isStruct = (value: unknown): value is { readonly bytes?: unknown; readonly path?: unknown } =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function fromStruct(
  { bytes, path }: { readonly bytes?: unknown; readonly path?: unknown },
  place: FilePlace,
): Uint8Array {
  if (bytes instanceof Uint8Array) return bytes;
  if (typeof bytes === 'string') return fromText(bytes, place);
  const named = typeof path === 'string' ? ` names the file "${path.slice(0, 60)}" and` : '';
  throw trainingFileError(
    place,
    `${named} holds no bytes. Write the images themselves into the file (datasets: Image(decode=False), then embed_external_files).`.trimStart(),
  );
}

const DATA_URI = /^data:[^,]*;base64,/iu;
const BASE64 = /^[\w+/-]*={0,2}$/u;

function fromText(text: string, place: FilePlace): Uint8Array {
  const trimmed = text.trim();
  if (/^(?:https?|ftp|s3|gs|file):/iu.test(trimmed))
    throw trainingFileError(
      place,
      'is a URL, and nothing is fetched for a job. Put the images themselves into the file, or pack them into a zip with one folder per label.',
    );
  const encoded = trimmed.replace(DATA_URI, '').replaceAll(/[\r\n]+/gu, '');
  if (encoded.length > (LIMITS.imageBytes / 3) * 4 + 4)
    throw trainingFileError(
      place,
      `is an image of more than ${LIMITS.imageBytes / 1024 / 1024} MB. Give a smaller version of it.`,
    );
  if (!BASE64.test(encoded) || /\.(?:jpe?g|png|webp|gif|bmp)$/iu.test(trimmed))
    throw trainingFileError(
      place,
      `must be an image as ${FORMS}, found "${trimmed.slice(0, 40)}". Where it is the path of a file, pack the files and this table, as metadata.csv or metadata.jsonl with a column file_name, into a zip.`,
    );
  try {
    return toBinary(atob(encoded.replaceAll('-', '+').replaceAll('_', '/')));
  } catch (cause) {
    throw trainingFileError(place, `is not valid base64. Give an image as ${FORMS}.`, cause);
  }
}

function toBinary(latin1: string): Uint8Array {
  const bytes = new Uint8Array(latin1.length);
  for (let at = 0; at < bytes.length; at += 1) bytes[at] = latin1.charCodeAt(at);
  return bytes;
}
