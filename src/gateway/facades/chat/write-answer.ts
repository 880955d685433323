import { LevigateError } from '../../../contract/index.ts';
import type { LabelScore, TargetAnswer } from '../../../contract/index.ts';
import { amongLabels } from '../../../services/predict/among-labels.ts';
import type { AnswerForm } from './answer-form.ts';
import type { Constraint } from './answer-schema.ts';

/** A piece of the answer's text: what the model chose, with its probability and the other choices, or what is fixed. */
export interface Piece {
  readonly text: string;
  readonly probability: number;
  /** By falling probability, the chosen one among them; none of what is fixed. */
  readonly choices: readonly { readonly text: string; readonly probability: number }[];
}

/** The answer as text in pieces. Throws `unsupported_option` where the model knows none of the values that are allowed. */
export function writeAnswer(form: AnswerForm, targets: ReadonlyMap<string, TargetAnswer>): Piece[] {
  if (form.kind === 'label') return [writeLabel(first(targets))];
  if (form.kind === 'value') return writeValue(form.constraint, first(targets));
  const fields = form.fields.flatMap(({ key, target, constraint }, index) => [
    fixed(`${index === 0 ? '{' : ','}${JSON.stringify(key)}:`),
    ...writeValue(constraint, targets.get(target) ?? first(targets)),
  ]);
  return joinFixed([...fields, fixed('}')]);
}

function first(targets: ReadonlyMap<string, TargetAnswer>): TargetAnswer {
  const [answer] = targets.values();
  if (!answer) throw new Error('internal: a prediction without an answer');
  return answer;
}

function writeLabel(answer: TargetAnswer): Piece {
  if (answer.predicted) return listPiece(answer, answer.predicted);
  if (answer.label === null) return fixed(String(answer.value));
  return choose(answer.labels, (label) => label);
}

function writeValue(constraint: Constraint, answer: TargetAnswer): Piece[] {
  if (answer.predicted) return [listPiece(answer, allowed(answer.predicted, constraint))];
  if (answer.label === null) return [fixed(JSON.stringify(answer.value))];
  const spell = spellingOf(constraint);
  const labels = constraint.kind === 'values' ? among(answer.labels, constraint.values) : answer.labels;
  const isText = spell(labels[0]?.label ?? '').startsWith('"');
  if (!isText || labels.some(({ label }) => !spell(label).startsWith('"'))) return [choose(labels, spell)];
  // The quotes are fixed, so that a token is the label itself.
  return [fixed('"'), choose(labels, (label) => spell(label).slice(1, -1)), fixed('"')];
}

/** A label as JSON: as the allowed value that it spells, as the JSON it is, or as a string. */
function spellingOf(constraint: Constraint): (label: string) => string {
  if (constraint.kind === 'text') return (label) => JSON.stringify(label);
  if (constraint.kind === 'json') return (label) => (isJson(label) ? label : JSON.stringify(label));
  const spelt = new Map(constraint.values.map((value) => [labelOf(value), JSON.stringify(value)]));
  return (label) => spelt.get(label) ?? JSON.stringify(label);
}

/** How a value is spelt as a label, as training files are read. */
const labelOf = (value: unknown): string => (typeof value === 'string' ? value.trim() : JSON.stringify(value));

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** The labels that are allowed. */
function among(labels: readonly LabelScore[], values: readonly unknown[]): LabelScore[] {
  const kept = amongLabels(labels, new Set(values.map(labelOf)));
  if (kept.length > 0) return kept;
  const known = labels.slice(0, 10).map(({ label }) => `"${label}"`);
  throw new LevigateError(
    'unsupported_option',
    `"response_format": none of the allowed values is a label of the model, which answers ${known.join(', ')}${labels.length > 10 ? ', …' : ''}.`,
    { param: 'response_format' },
  );
}

const allowed = (predicted: readonly string[], constraint: Constraint): readonly string[] =>
  constraint.kind === 'values'
    ? predicted.filter((label) => constraint.values.map(labelOf).includes(label))
    : predicted;

/** Several labels at once: as probable as that each of them is given and no other. */
function listPiece({ labels }: TargetAnswer, predicted: readonly string[]): Piece {
  const given = new Set(predicted);
  const probability = labels.reduce((product, { label, score }) => product * (given.has(label) ? score : 1 - score), 1);
  return { text: JSON.stringify(predicted), probability, choices: [] };
}

function choose(labels: readonly LabelScore[], spell: (label: string) => string): Piece {
  const choices = labels.map(({ label, score }) => ({ text: spell(label), probability: score }));
  const [best] = choices;
  if (!best) throw new Error('internal: a prediction without labels');
  return { ...best, choices };
}

const fixed = (text: string): Piece => ({ text, probability: 1, choices: [] });

function joinFixed(pieces: readonly Piece[]): Piece[] {
  const joined: Piece[] = [];
  for (const piece of pieces) {
    const last = joined.at(-1);
    const areFixed =
      last && [last, piece].every(({ choices, probability }) => choices.length === 0 && probability === 1);
    if (areFixed) joined[joined.length - 1] = fixed(last.text + piece.text);
    else joined.push(piece);
  }
  return joined;
}
