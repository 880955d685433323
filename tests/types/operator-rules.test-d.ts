/** What the table of operators does not let through. Checked by `npm run types`; there is nothing to run. */
import type { OpRules } from '../../src/engine/rules/rule.ts';
import { rules } from '../../src/engine/rules/rules.ts';

const { Neg, Mul } = rules;

export const withoutGradient = {
  // @ts-expect-error an operator without a gradient does not compile
  Neg: { infer: Neg.infer, lower: Neg.lower },
} satisfies Pick<OpRules, 'Neg'>;

export const withTooFewGradients = {
  Mul: {
    ...Mul,
    // @ts-expect-error nor one that forgets an input
    vjp: ({ cotangent }) => [() => cotangent],
  },
} satisfies Pick<OpRules, 'Mul'>;

// @ts-expect-error nor a table without one of the operators
export const incomplete: OpRules = { Neg, Mul };
