/** An intent classifier's data: so many intents, each told by a verb and a thing. */
const VERBS = [
  'cancel',
  'change',
  'check',
  'explain',
  'extend',
  'move',
  'order',
  'report',
  'return',
  'track',
  'renew',
] as const;
const THINGS = [
  'card',
  'delivery',
  'invoice',
  'loan',
  'password',
  'plan',
  'refund',
  'shipment',
  'ticket',
  'transfer',
  'account',
] as const;
const OPENINGS = [
  'please',
  'hello i want to',
  'can you',
  'how do i',
  'i need to',
  'help me',
  'is it possible to',
] as const;
const ENDINGS = [
  '',
  'today',
  'as soon as possible',
  'for my brother',
  'thanks',
  'before the weekend',
  'it is urgent',
] as const;

export interface IntentExample {
  readonly text: string;
  readonly intent: string;
}

export const INTENTS: readonly string[] = VERBS.flatMap((verb) => THINGS.map((thing) => `${verb}_${thing}`));

/** The example of a number: all intents in turn. */
export function intentExample(number: number): IntentExample {
  const intent = INTENTS[number % INTENTS.length] ?? '';
  const [verb = '', thing = ''] = intent.split('_');
  const round = Math.floor(number / INTENTS.length);
  const opening = OPENINGS[round % OPENINGS.length] ?? '';
  const ending = ENDINGS[Math.floor(round / OPENINGS.length) % ENDINGS.length] ?? '';
  return { text: `${opening} ${verb} my ${thing} number ${round} ${ending}`.trim(), intent };
}

export const INTENT_WORDS: readonly string[] = [
  ...VERBS,
  ...THINGS,
  ...[...OPENINGS, ...ENDINGS].flatMap((phrase) => phrase.split(' ')),
  'my',
  'number',
  ...Array.from({ length: 100 }, (_, number) => String(number)),
].filter((word) => word !== '');

const SYSTEM = `You classify requests to a bank. Answer with one of these intents: ${INTENTS.join(', ')}.`;

/** As it was exported for fine-tuning a chat model. */
export const toChatLine = ({ text, intent }: IntentExample): string =>
  `${JSON.stringify({
    messages: [
      { role: 'system', content: SYSTEM },
      { role: 'user', content: text },
      { role: 'assistant', content: intent },
    ],
  })}\n`;

export const askIntent = (text: string) => [
  { role: 'system' as const, content: SYSTEM },
  { role: 'user' as const, content: text },
];
