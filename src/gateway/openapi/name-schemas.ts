import { z } from '@hono/zod-openapi';
import * as contract from '../../contract/index.ts';

/**
 * Names every object schema of the contract by its export, as the generator's inlined `id`.
 * The contract imports zod alone, so the names are put on here.
 */
export function nameContractSchemas(): void {
  for (const [name, schema] of Object.entries<unknown>(contract)) {
    if (schema instanceof z.ZodObject) z.globalRegistry.add(schema, { ...schema.meta(), id: name });
  }
}

/**
 * Moves every schema that carries such an `id` to the components, once, and leaves a reference in its place.
 * A variant of it (nullable, described otherwise) stays where it is, without the name.
 * @returns the tree with references
 */
export function hoistNamedSchemas(tree: unknown, components: Map<string, unknown>): unknown {
  if (Array.isArray(tree)) return tree.map((item) => hoistNamedSchemas(item, components));
  if (typeof tree !== 'object' || tree === null) return tree;
  const entries = Object.entries(tree).map(([key, value]) => [key, hoistNamedSchemas(value, components)] as const);
  // A property map may have an `id` too, but that one is a schema.
  const name = entries.find(([key, value]) => key === 'id' && typeof value === 'string')?.[1];
  if (typeof name !== 'string') return Object.fromEntries(entries);
  const schema = Object.fromEntries(entries.filter(([key]) => key !== 'id'));
  if (schema['type'] !== 'object') return schema;
  const known = components.get(name);
  if (known !== undefined && JSON.stringify(known) !== JSON.stringify(schema)) return schema;
  components.set(name, schema);
  return { $ref: `#/components/schemas/${name}` };
}
