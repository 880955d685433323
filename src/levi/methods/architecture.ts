import type { ComparedMethod } from '../../contract/levi.ts';
import type { Family } from '../tasks/family.ts';
import type { TaskModelSpec } from '../task-model/task-output.ts';

/**
 * Everything that decides the shape of a served graph. Adapters whose specification is equal share one session; their weights
 * are its inputs.
 */
export interface ArchitectureSpec {
  readonly method: ComparedMethod;
  /** K, the layers used. */
  readonly taps: number;
  /** d, the features per layer. */
  readonly width: number;
  readonly family: Family;
  /** C: numbers of an answer. */
  readonly outputs: number;
  /** r of LEVI's adapting layers; null where the method has none. */
  readonly adaptingWidth: number | null;
  /** Whether A's larger half is stored in whole numbers of a byte, with a scale for each column. */
  readonly isRounded: boolean;
  /** Which of the K layers the probe reads; empty where the method has none. */
  readonly probeTaps: readonly number[];
  /** The networks of its task model beside the n-grams; none where the method has no task model. */
  readonly task: TaskModelSpec;
  /** Whether LEVI hears its task model only as far as it knows the input. */
  readonly isGated: boolean;
}

export interface Architecture {
  /** Equal for equal specifications: the key of a cache of sessions. */
  readonly key: string;
  readonly spec: ArchitectureSpec;
}

export function describeArchitecture(spec: ArchitectureSpec): Architecture {
  const { method, family, taps, width, outputs, adaptingWidth, isRounded, probeTaps, task, isGated } = spec;
  const probed = probeTaps.join('.');
  const key = `${method}/${family}/k${taps}/d${width}/c${outputs}/r${adaptingWidth ?? 0}${isRounded ? 'i8' : ''}/p${probed}/f${task.fieldInputs}/i${task.imageSize}${isGated ? '/gated' : ''}`;
  return { key, spec: { method, family, taps, width, outputs, adaptingWidth, isRounded, probeTaps, task, isGated } };
}
