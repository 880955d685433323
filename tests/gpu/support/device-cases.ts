import { lossCases } from '../../numeric/loss-cases.ts';
import type { OperatorCase } from '../../numeric/operator-case.ts';
import { operatorCases } from '../../numeric/operator-cases.ts';

/** What runs on the device as on the CPU: every case of every operator, and the losses. */
export const deviceCases: readonly (readonly [string, OperatorCase])[] = [
  ...Object.entries(operatorCases).flatMap(([op, cases]) =>
    cases.map((each) => [`${op}: ${each.name}`, each] as const),
  ),
  ...lossCases.map((each) => [`loss: ${each.name}`, each] as const),
];
