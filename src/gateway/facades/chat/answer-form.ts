import { LevigateError } from '../../../contract/index.ts';
import type { ChatOptions, ResponseFormat } from '../../../contract/index.ts';
import { constraintOf, readProperties } from './answer-schema.ts';
import type { Constraint } from './answer-schema.ts';

/** How an answer is written: the label itself, one value as JSON, or an object with a key for each target. */
export type AnswerForm =
  | { readonly kind: 'label' }
  | { readonly kind: 'value'; readonly constraint: Constraint }
  | { readonly kind: 'object'; readonly fields: readonly AnswerField[] };

export interface AnswerField {
  readonly key: string;
  readonly target: string;
  readonly constraint: Constraint;
}

export interface FormInput {
  readonly format: ResponseFormat | null | undefined;
  /** As the training file's answers were written. */
  readonly trained: ChatOptions['answer'];
  /** The model's, in its order. */
  readonly targets: readonly string[];
}

/** As the response format asks; without one as in training. Throws `unsupported_option` for a schema that the model cannot answer. */
export function answerForm({ format, trained, targets }: FormInput): AnswerForm {
  if (format?.type === 'json_schema') return schemaForm(format, { trained, targets });
  const own = trainedForm(trained, targets);
  if (own.kind === 'object' || format?.type !== 'json_object') return own;
  return { kind: 'object', fields: targets.map((target) => ({ key: target, target, constraint: { kind: 'text' } })) };
}

function trainedForm(trained: FormInput['trained'], targets: readonly string[]): AnswerForm {
  const keys = Object.entries(trained ?? {});
  if (keys.length === 0 && targets.length < 2) return { kind: 'label' };
  const spellings = new Map(keys);
  const [only, ...others] = targets;
  if (only !== undefined && others.length === 0) {
    return { kind: 'object', fields: keys.map(([key, kind]) => ({ key, target: only, constraint: { kind } })) };
  }
  const fields = targets.map((target) => ({
    key: target,
    target,
    constraint: { kind: spellings.get(target) ?? 'text' },
  }));
  return { kind: 'object', fields };
}

function schemaForm(format: ResponseFormat, { trained, targets }: Omit<FormInput, 'format'>): AnswerForm {
  const schema = format.json_schema?.schema;
  if (!schema) throw refused('json_schema.schema is missing: give the JSON Schema of the answer');
  const properties = readProperties(schema);
  const [only, ...others] = targets;
  if (only === undefined) throw new Error('internal: a model without a target');
  if (properties === null) {
    if (others.length === 0) return { kind: 'value', constraint: constraintOf(schema, schema) };
    throw refused(`the model answers ${targets.join(', ')}: ask for an object with these properties`);
  }
  const names = [...properties.keys()];
  const keyOf =
    others.length === 0
      ? new Map([[only, onlyKey(names, properties, trained)]])
      : new Map(targets.map((name) => [name, name]));
  const fields = targets.flatMap((target) => {
    const key = keyOf.get(target);
    const property = key === undefined ? undefined : properties.get(key);
    return key === undefined || !property ? [] : [{ key, target, constraint: property.constraint }];
  });
  const answered = new Set(fields.map(({ key }) => key));
  const unanswered = names.find((name) => properties.get(name)?.isRequired && !answered.has(name));
  if (unanswered === undefined && fields.length > 0) return { kind: 'object', fields: inOrder(fields, names) };
  throw refused(
    `the schema asks for "${unanswered ?? names.join('", "')}", and the model answers ${others.length === 0 ? 'one label' : targets.join(', ')}`,
  );
}

const inOrder = (fields: readonly AnswerField[], names: readonly string[]): AnswerField[] =>
  fields.toSorted((a, b) => names.indexOf(a.key) - names.indexOf(b.key));

/** Of a model of one target: the property named as in training, else the only one, else the only one with a list of values. */
function onlyKey(
  names: readonly string[],
  properties: NonNullable<ReturnType<typeof readProperties>>,
  trained: FormInput['trained'],
): string | undefined {
  const known = names.find((name) => Object.hasOwn(trained ?? { label: true }, name));
  if (known !== undefined || names.length === 1) return known ?? names[0];
  const listed = names.filter((name) => properties.get(name)?.constraint.kind === 'values');
  return listed.length === 1 ? listed[0] : undefined;
}

const refused = (problem: string): LevigateError =>
  new LevigateError('unsupported_option', `"response_format": ${problem}.`, { param: 'response_format' });
