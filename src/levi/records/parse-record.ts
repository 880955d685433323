import { LIMITS } from '../../contract/limits.ts';
import { trainingFileError } from './training-file-error.ts';
import type { FilePlace } from './training-file-error.ts';
import type { TrainingRecord } from './training-record.ts';

type JsonObject = Readonly<Record<string, unknown>>;

/** One way to write an example. A further kind (pairs of texts, images) is a further row of `RECORD_KINDS`. */
interface RecordKind {
  readonly matches: (line: JsonObject) => boolean;
  readonly read: (line: JsonObject, place: FilePlace) => TrainingRecord;
}

const LABELLED_TEXT: RecordKind = { matches: () => true, read: readLabelledText };
const RECORD_KINDS: readonly RecordKind[] = [{ matches: (line) => 'messages' in line, read: readChat }, LABELLED_TEXT];

const EXAMPLE = '{"text": "My invoice is wrong", "label": "billing"}';

/** Reads one line's JSON as a record. Throws `invalid_training_file` naming the line and the field. */
export function parseRecord(json: string, place: FilePlace): TrainingRecord {
  const line = parseObject(json, place);
  const kind = RECORD_KINDS.find((candidate) => candidate.matches(line)) ?? LABELLED_TEXT;
  return kind.read(line, place);
}

function parseObject(json: string, place: FilePlace): JsonObject {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : 'unreadable';
    throw trainingFileError(
      place,
      `is not JSON (${reason}). Every line must be one JSON object such as ${EXAMPLE}; a last line like this can mean that the file was cut off.`,
      cause,
    );
  }
  if (isObject(value)) return value;
  throw trainingFileError(place, `is JSON but not an object. Every line must look like ${EXAMPLE}.`);
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function readLabelledText(line: JsonObject, place: FilePlace): TrainingRecord {
  const text = readText(line['text'], { ...place, field: 'text' });
  const label = readLabel(line['label'], { ...place, field: 'label' });
  const fields = line['fields'];
  if (fields === undefined || fields === null) return { text, label };
  if (!isObject(fields))
    throw trainingFileError(
      { ...place, field: 'fields' },
      'must be an object such as {"plan": "pro"}; leave it out if there is none.',
    );
  return { text, label, fields };
}

/** OpenAI's chat format of a classifier: what the user said last is the text, what the assistant answered last the label. */
function readChat(line: JsonObject, place: FilePlace): TrainingRecord {
  const messages = line['messages'];
  const field = { ...place, field: 'messages' };
  if (!Array.isArray(messages)) throw trainingFileError(field, 'must be an array of {"role", "content"} objects.');
  const text = readText(lastContent(messages, 'user'), {
    ...place,
    field: 'messages[role=user].content',
  });
  const label = readLabel(lastContent(messages, 'assistant'), {
    ...place,
    field: 'messages[role=assistant].content',
  });
  return { text, label };
}

function lastContent(messages: readonly unknown[], role: string): unknown {
  const message = messages.findLast((candidate) => isObject(candidate) && candidate['role'] === role);
  if (!isObject(message)) return undefined;
  const content = message['content'];
  if (!Array.isArray(content)) return content;
  return content.map((part) => (isObject(part) && typeof part['text'] === 'string' ? part['text'] : '')).join('\n');
}

function readText(value: unknown, place: FilePlace): string {
  if (value === undefined || value === null)
    throw trainingFileError(place, `is missing. Every line needs a text, as in ${EXAMPLE}.`);
  if (typeof value !== 'string') throw trainingFileError(place, `must be a string, found ${describe(value)}.`);
  if (value.trim() === '') throw trainingFileError(place, 'is empty. Remove the line or give it a text.');
  return value.toWellFormed();
}

function readLabel(value: unknown, place: FilePlace): string {
  if (value === undefined || value === null)
    throw trainingFileError(place, `is missing. Every line needs a label, as in ${EXAMPLE}.`);
  if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean') {
    throw trainingFileError(
      place,
      `must be a string, a number or true/false, found ${describe(value)}. One label per line; several labels are not supported yet.`,
    );
  }
  const label = String(value).trim().toWellFormed();
  if (label === '') throw trainingFileError(place, 'is empty. Remove the line or give it a label.');
  if (label.length > LIMITS.labelChars)
    throw trainingFileError(
      place,
      `is longer than ${LIMITS.labelChars} characters. Labels are short names; is the text in the wrong field?`,
    );
  return label;
}

function describe(value: unknown): string {
  return Array.isArray(value) ? 'an array' : `a value of type ${typeof value}`;
}
