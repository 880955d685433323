import type { ColumnNames } from './columns.ts';
import { composeChat, splitChat, textOf } from './compose-chat.ts';
import { readExtras } from './read-extras.ts';
import { readLabel } from './read-label.ts';
import { readLabels, readText } from './read-row.ts';
import { cellOf, isRow } from './row.ts';
import type { Row } from './row.ts';
import { trainingFileError } from './training-file-error.ts';
import type { FilePlace } from './training-file-error.ts';
import type { TrainingRecord } from './training-record.ts';

export const MESSAGES = 'messages';

/** A target of the request may be a column beside the messages, or a key of what the assistant answers. */
export const isChat = (row: Row, columns: ColumnNames): boolean => isChatTable(Object.keys(row), columns);

export const isChatTable = (names: readonly string[], { isChatRead, areTargetsNamed, labels }: ColumnNames): boolean =>
  isChatRead && names.includes(MESSAGES) && !(areTargetsNamed && names.includes(labels[0].column));

/** OpenAI's chat format of a classifier: what the user said last is the text, what the assistant answered last the label. */
export function readChat(row: Row, columns: ColumnNames, place: FilePlace): TrainingRecord {
  const messages = cellOf(row, MESSAGES);
  if (!Array.isArray(messages))
    throw trainingFileError({ ...place, field: MESSAGES }, 'must be an array of {"role", "content"} objects.');
  columns.onChat?.(messages, place);
  if (columns.onChat) return { text: '', label: '' };
  const { before, answer } = cutAtAnswer(messages, place);
  const chat = splitChat(before);
  const asked = { ...place, field: 'messages[role=user].content' };
  if (chat && chat.images.length > 0)
    throw trainingFileError(
      asked,
      'holds a picture, and chats are read as texts. Put pictures into a zip with one folder per label, for a backbone that reads images.',
    );
  // The last user message must say something, whatever is around it.
  readText(chat?.input, asked);
  const text = readText(chat ? composeChat(chat, columns.chat) : undefined, asked);
  return { text, ...readAnswer(answer, columns, place), ...readExtras(row, columns, place, true) };
}

interface Answered {
  readonly before: readonly unknown[];
  readonly answer: Row;
}

/** The last answer that OpenAI would train on: one of weight 0 is there for its context alone. */
export function cutAtAnswer(messages: readonly unknown[], place: FilePlace): Answered {
  const at = messages.findLastIndex(
    (message) => isRow(message) && cellOf(message, 'role') === 'assistant' && cellOf(message, 'weight') !== 0,
  );
  const answer = messages[at];
  const field = 'messages[role=assistant].content';
  if (!isRow(answer))
    throw trainingFileError(
      { ...place, field },
      'is missing. Every row needs an answer of the assistant (of a weight other than 0): the label.',
    );
  if (Array.isArray(cellOf(answer, 'tool_calls')) || cellOf(answer, 'function_call') !== undefined)
    throw trainingFileError(
      { ...place, field },
      "is a call of a tool, which a classifier cannot make. Give the tool's name or the argument to be chosen as the answer.",
    );
  return { before: messages.slice(0, at), answer };
}

function readAnswer(message: Row, columns: ColumnNames, place: FilePlace): Pick<TrainingRecord, 'label' | 'labels'> {
  const { answer: keys } = columns.chat;
  const field = 'messages[role=assistant].content';
  if (keys === undefined && !columns.areTargetsNamed) {
    const content = cellOf(message, 'content');
    const text = typeof content === 'object' && content !== null ? textOf(message) : content;
    return { label: readLabel(text, columns.labels[0].task, { ...place, field }) };
  }
  const object = parseAnswer(textOf(message));
  if (object === null)
    throw trainingFileError(
      { ...place, field },
      'is not a JSON object, as the answers of other rows are. Answer in one form in all rows.',
    );
  return readLabels(object, columns, { ...place, field });
}

/** What an assistant answered as JSON; null and nested values by their spelling, so that they are labels like others. */
export function parseAnswer(text: string): Row | null {
  if (!text.trimStart().startsWith('{')) return null;
  try {
    const value: unknown = JSON.parse(text);
    if (!isRow(value)) return null;
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, each === null ? 'null' : each]));
  } catch {
    return null;
  }
}
