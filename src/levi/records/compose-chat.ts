import type { ChatOptions } from '../../contract/levi.ts';
import { cellOf, isRow } from './row.ts';

/** A chat cut into what is classified and what stands around it, as texts. */
export interface Chat {
  /** The last user message. */
  readonly input: string;
  /** What was said before it, oldest first: `user: …`, `assistant: …`. */
  readonly turns: readonly string[];
  readonly system: readonly string[];
  /** URLs of the pictures in the last user message. */
  readonly images: readonly string[];
}

const INSTRUCTING = new Set<unknown>(['system', 'developer']);

/** What comes after the last user message is no input: an answer, or the beginning of one. @returns null without a user message */
export function splitChat(messages: readonly unknown[]): Chat | null {
  const rows = messages.filter(isRow);
  const last = rows.findLastIndex((message) => cellOf(message, 'role') === 'user');
  const message = rows[last];
  if (message === undefined) return null;
  const before = rows.slice(0, last);
  const isInstruction = (row: (typeof rows)[number]): boolean => INSTRUCTING.has(cellOf(row, 'role'));
  return {
    input: textOf(message),
    turns: before
      .filter((row) => !isInstruction(row))
      .map((row) => `${String(cellOf(row, 'role'))}: ${textOf(row)}`)
      .filter((turn) => !turn.endsWith(': ')),
    system: before.filter(isInstruction).map(textOf),
    images: imagesOf(message),
  };
}

/**
 * One text for the backbone, which reads the beginning of what is too long: the last user message, then the turns before it, newest first,
 * then the instructions. Training and prediction compose alike.
 */
export function composeChat(
  { input, turns, system }: Chat,
  { history = 'context', system: instructions = 'ignore' }: ChatOptions,
): string {
  const context = [
    ...(history === 'context' ? turns.toReversed() : []),
    ...(instructions === 'context' ? system.map((text) => `system: ${text}`) : []),
  ];
  return context.length === 0 ? input : `${input}\n\n${context.join('\n')}`;
}

/** A message's text; of one in parts those that are text. */
export function textOf(message: Readonly<Record<string, unknown>>): string {
  const content = cellOf(message, 'content');
  if (typeof content === 'string') return content;
  const parts = Array.isArray(content) ? content.filter(isRow) : [];
  return parts
    .map((part) => cellOf(part, 'text'))
    .filter((text) => typeof text === 'string')
    .join('\n');
}

function imagesOf(message: Readonly<Record<string, unknown>>): string[] {
  const content = cellOf(message, 'content');
  const parts = Array.isArray(content) ? content.filter(isRow) : [];
  return parts
    .filter((part) => cellOf(part, 'type') === 'image_url')
    .map((part) => cellOf(part, 'image_url'))
    .map((image) => String(isRow(image) ? cellOf(image, 'url') : image));
}
