import { LevigateError } from '../../contract/errors.ts';
import type { Method } from '../../contract/levi.ts';
import { buildCandidates, chooseMixing } from './build-candidates.ts';
import type { Mixing } from './build-candidates.ts';
import { scoreOnValidation } from './train-context.ts';
import type { TrainContext, ValidationScore } from './train-context.ts';

/** Every choice that the validation rows decide. */
export interface Choice {
  readonly method: Method;
  readonly mixing: Mixing;
  readonly scores: ReadonlyMap<Method, ValidationScore>;
}

/** The method with the lowest validation loss (accuracy chose worse in our experiments), or the one that was asked for. */
export async function chooseMethod(context: TrainContext): Promise<Choice> {
  const asked = context.run.input.config.method;
  const mixing = await chooseMixing(context);
  const scores = new Map<Method, ValidationScore>();
  for (const { method, adapter } of buildCandidates(context.fit, context.finished, mixing)) {
    await context.pause();
    scores.set(method, await scoreOnValidation(context, adapter));
  }
  const [best] = asked === 'auto' ? [...scores].sort(([, a], [, b]) => a.loss - b.loss) : [];
  const method = asked === 'auto' ? best?.[0] : asked;
  if (method !== undefined && scores.has(method)) return { method, mixing, scores };
  throw new LevigateError('unknown_method', `levi.method: "${asked}" cannot be trained. Leave it out or use "auto".`, {
    param: 'levi.method',
  });
}
