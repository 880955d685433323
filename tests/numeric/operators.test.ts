import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { toOnnx } from '../../src/engine/index.ts';
import type { Value } from '../../src/engine/index.ts';
import { rules } from '../../src/engine/rules/rules.ts';
import { createTestRuntime } from '../support/runtime.ts';
import { buildCase, centralDifferences, largestError, toFeeds, toReferenceArray } from './check-operator.ts';
import type { BuiltCase } from './check-operator.ts';
import { operatorCases } from './operator-cases.ts';
import { evaluateReference } from './reference.ts';
import type { ReferenceArray } from './reference-array.ts';

// float32 against float64: some units in the last place, over sums of at most 40 numbers of size 10.
const FLOAT32_TOLERANCE = 4e-6;
// The difference quotient's own error at h = 1e-5, and the float32 constants of the gradient graphs.
const DIFFERENCE_TOLERANCE = 1e-7;
// float64 on both sides; what is left are those float32 constants.
const ORACLE_TOLERANCE = 1e-7;

interface StoredCase {
  readonly output: readonly number[];
  readonly gradients: readonly (readonly number[])[];
}

// Made once by JAX in float64 from the same inputs: see its `made_with`.
const stored: { readonly cases: Readonly<Record<string, StoredCase>> } = JSON.parse(
  readFileSync(new URL('../fixtures/operators.json', import.meta.url), 'utf8'),
);

const runtime = createTestRuntime();

async function runOnnx(built: BuiltCase, values: readonly Value[]): Promise<readonly ReferenceArray[]> {
  const names = values.map((_, index) => `y${index}`);
  const outputs = Object.fromEntries(values.map((value, index) => [`y${index}`, value]));
  const { model, inputs } = toOnnx(built.graph, { outputs });
  await using session = await runtime.load(model);
  const results = await session.run(toFeeds(built.graph, built.feeds, inputs));
  return names.map((name) =>
    toReferenceArray(results[name] ?? { dtype: 'float32', dims: [], data: new Float32Array() }),
  );
}

function errorsOf(actual: readonly ReferenceArray[], expected: readonly ReferenceArray[]): number {
  expect(actual).toHaveLength(expected.length);
  return Math.max(0, ...actual.map((array, index) => largestError(array, expected[index] ?? array)));
}

it('every operator has cases', () => {
  expect(Object.keys(operatorCases).toSorted()).toEqual(Object.keys(rules).toSorted());
  for (const cases of Object.values(operatorCases)) expect(cases).not.toHaveLength(0);
});

describe.each(Object.entries(operatorCases))('%s', (op, cases) => {
  describe.each(cases.map((each) => [each.name, each] as const))('%s', (name, operatorCase) => {
    const built = buildCase(operatorCase);

    it('contains the operator', () => {
      expect(built.graph.values.some(({ origin }) => origin.kind === 'node' && origin.node.op === op)).toBe(true);
    });

    it('runs forward in float32 as in float64', async () => {
      const actual = await runOnnx(built, [built.output]);
      expect(errorsOf(actual, evaluateReference(built.graph, [built.output], built.feeds))).toBeLessThan(
        FLOAT32_TOLERANCE,
      );
    });

    it('has the gradient that central differences give', () => {
      const actual = evaluateReference(built.graph, built.gradients, built.feeds);
      expect(errorsOf(actual, centralDifferences(built))).toBeLessThan(DIFFERENCE_TOLERANCE);
    });

    it('runs backward in float32 as in float64', async () => {
      const actual = await runOnnx(built, built.gradients);
      expect(errorsOf(actual, evaluateReference(built.graph, built.gradients, built.feeds))).toBeLessThan(
        FLOAT32_TOLERANCE,
      );
    });

    it('equals the stored values of JAX, forward and backward', () => {
      const values = [built.output, ...built.gradients];
      const actual = evaluateReference(built.graph, values, built.feeds);
      const oracle = stored.cases[`${op}: ${name}`];
      const expected = [oracle?.output ?? [], ...(oracle?.gradients ?? [])];
      expect(expected.map((numbers) => numbers.length)).toEqual(actual.map(({ data }) => data.length));
      const arrays = expected.map((numbers, index) => ({
        dims: actual[index]?.dims ?? [],
        data: Float64Array.from(numbers),
      }));
      expect(errorsOf(actual, arrays)).toBeLessThan(ORACLE_TOLERANCE);
    });
  });
});
