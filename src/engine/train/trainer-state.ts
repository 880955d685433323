import { GraphError } from '../graph-error.ts';
import { float32Data, tensor } from '../tensor.ts';
import type { Tensor } from '../tensor.ts';
import type { Moments } from './adam-w.ts';

/** All that a training run needs to go on elsewhere; `writeSafetensors` takes the tensors. */
export interface TrainerState {
  /** Steps taken. */
  readonly step: number;
  /** `parameter/w`, `first/w`, `second/w` for each trained parameter `w`. */
  readonly tensors: Readonly<Record<string, Tensor>>;
}

export interface TrainedParameter {
  readonly name: string;
  readonly dims: readonly number[];
  readonly data: Float32Array;
  readonly moments: Moments;
}

const kinds = {
  parameter: ({ data }: TrainedParameter) => data,
  first: ({ moments }: TrainedParameter) => moments.first,
  second: ({ moments }: TrainedParameter) => moments.second,
} as const;

/** Copies, so that later steps do not change what was exported. */
export function exportTensors(parameters: readonly TrainedParameter[]): Readonly<Record<string, Tensor>> {
  const entries = parameters.flatMap((parameter) =>
    Object.entries(kinds).map(([kind, arrayOf]) => {
      return [`${kind}/${parameter.name}`, tensor(arrayOf(parameter).slice(), parameter.dims)] as const;
    }),
  );
  return Object.fromEntries(entries);
}

/** @throws GraphError when a tensor is missing or has another size; then nothing has changed. */
export function importTensors(parameters: readonly TrainedParameter[], tensors: TrainerState['tensors']): void {
  const copies = parameters.flatMap((parameter) =>
    Object.entries(kinds).map(([kind, arrayOf]) => {
      const name = `${kind}/${parameter.name}`;
      const target = arrayOf(parameter);
      const stored = tensors[name];
      if (stored === undefined) throw new GraphError(`the training state has no '${name}'`);
      const source = float32Data(stored);
      if (source.length !== target.length) {
        throw new GraphError(`'${name}' of the training state has ${source.length} numbers, not ${target.length}`);
      }
      return { source, target };
    }),
  );
  for (const { source, target } of copies) target.set(source);
}
