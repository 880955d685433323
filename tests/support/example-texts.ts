import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface LabelledText {
  readonly text: string;
  readonly label: string;
}

const FOLDER = join(import.meta.dirname, '../../examples/support-tickets');

/** The support tickets of one channel. */
export const readTickets = (channel: 'email' | 'chat'): LabelledText[] =>
  readFileSync(join(FOLDER, `${channel}.jsonl`), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as LabelledText);

/** As many different labelled texts as asked: tickets of one class joined pairwise, in a fixed order. */
export function manyTickets(count: number): LabelledText[] {
  const tickets = readTickets('email');
  const texts = new Map<string, LabelledText>(tickets.map((ticket) => [ticket.text, ticket]));
  for (let step = 1; texts.size < count && step < tickets.length; step += 1) {
    for (const [index, first] of tickets.entries()) {
      const second = tickets[(index + step) % tickets.length];
      if (!second || second.label !== first.label || texts.size >= count) continue;
      const text = `${first.text.slice(0, 160)} ${second.text.slice(0, 160)}`;
      texts.set(text, { text, label: first.label });
    }
  }
  return [...texts.values()].slice(0, count);
}

export const toJsonl = (rows: readonly LabelledText[]): string => rows.map((row) => JSON.stringify(row)).join('\n');
