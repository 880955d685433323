import { gradients, toOnnx } from '../../engine/index.ts';
import type { Runtime, Session, Value } from '../../engine/index.ts';

export const LOSS = 'loss';
export const gradientOf = (name: string): string => `${name}.gradient`;

/** A session that gives a loss and its gradients by the named values (`gradientOf(name)`). */
export async function loadObjective(
  runtime: Runtime,
  loss: Value,
  by: Readonly<Record<string, Value>>,
): Promise<Session> {
  const wanted = gradients(loss, Object.values(by));
  const named = Object.keys(by).map((name, index) => [gradientOf(name), wanted[index] ?? loss] as const);
  const { model } = toOnnx(loss.graph, { outputs: { [LOSS]: loss, ...Object.fromEntries(named) } });
  return await runtime.load(model);
}
