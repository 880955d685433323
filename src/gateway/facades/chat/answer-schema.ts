type Schema = Readonly<Record<string, unknown>>;

/** What an answer may be: any label as a string, any label as the JSON it spells, or one of these values. */
export type Constraint =
  | { readonly kind: 'text' }
  | { readonly kind: 'json' }
  | { readonly kind: 'values'; readonly values: readonly unknown[] };

export interface Property {
  readonly isRequired: boolean;
  readonly constraint: Constraint;
}

/** The properties of an object's schema; null for the schema of anything else. */
export function readProperties(root: Schema): ReadonlyMap<string, Property> | null {
  const schema = resolve(root, root);
  if (!isSchema(schema['properties'])) return null;
  const required: readonly unknown[] = Array.isArray(schema['required']) ? schema['required'] : [];
  return new Map(
    Object.entries(schema['properties']).map(([name, property]) => [
      name,
      {
        isRequired: required.includes(name),
        constraint: isSchema(property) ? constraintOf(property, root) : { kind: 'text' },
      },
    ]),
  );
}

const MAX_DEPTH = 16;

/** As generators of schemas write choices: enum, const, anyOf and oneOf of them, references to them, lists of them. */
export function constraintOf(schema: Schema, root: Schema, depth = 0): Constraint {
  const { enum: values, const: only, type, items, anyOf, oneOf, allOf } = resolve(schema, root);
  if (depth > MAX_DEPTH) return { kind: 'text' };
  if (Array.isArray(values)) return { kind: 'values', values };
  if (only !== undefined) return { kind: 'values', values: [only] };
  const branches = [anyOf, oneOf, allOf].find((each) => Array.isArray(each));
  if (branches) return joined(branches.filter(isSchema).map((branch) => constraintOf(branch, root, depth + 1)));
  if (isSchema(items)) return constraintOf(items, root, depth + 1);
  if (type === 'boolean') return { kind: 'values', values: [true, false] };
  if (type === 'null') return { kind: 'values', values: [null] };
  return { kind: type === 'number' || type === 'integer' ? 'json' : 'text' };
}

/** A branch that takes anything makes the whole take anything. */
function joined(branches: readonly Constraint[]): Constraint {
  const open = branches.find(({ kind }) => kind !== 'values');
  return open ?? { kind: 'values', values: branches.flatMap((each) => (each.kind === 'values' ? each.values : [])) };
}

/** `{"$ref": "#/$defs/Intent"}` and the like, followed within the document. */
function resolve(schema: Schema, root: Schema, depth = 0): Schema {
  const reference = schema['$ref'];
  if (typeof reference !== 'string' || !reference.startsWith('#/') || depth > MAX_DEPTH) return schema;
  let found: unknown = root;
  for (const step of reference.slice(2).split('/')) {
    const name = decodeURIComponent(step).replaceAll('~1', '/').replaceAll('~0', '~');
    found = isSchema(found) && Object.hasOwn(found, name) ? found[name] : undefined;
  }
  return isSchema(found) ? resolve(found, root, depth + 1) : schema;
}

const isSchema = (value: unknown): value is Schema =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
