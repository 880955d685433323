import { z } from '@hono/zod-openapi';
import * as contract from '../../contract/index.ts';

/**
 * Every object schema of the contract becomes a named component of the document under the name it is exported by.
 * The contract imports zod alone, so the names are put on here.
 */
export function nameContractSchemas(): void {
  for (const [name, schema] of Object.entries<unknown>(contract)) {
    if (schema instanceof z.ZodObject) z.globalRegistry.add(schema, { ...schema.meta(), id: name });
  }
}
