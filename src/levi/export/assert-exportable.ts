import { LevigateError } from '../../contract/errors.ts';
import type { OnnxModel } from '../../engine/onnx/types.ts';
import type { Adapter } from '../adapter/adapter.ts';

/** Older graphs spell some operators otherwise; 13 is the first whose spelling `lower-opset.ts` can write. */
const LEAST_OPSET = 13;

/** What a text-classification pipeline cannot be told, and why. */
const LIMITS: readonly { readonly holds: (adapter: Adapter) => boolean; readonly why: string }[] = [
  {
    holds: ({ architecture }) => architecture.spec.family === 'squared',
    why: 'the model answers a number, and a text-classification pipeline makes probabilities of what it is given',
  },
  {
    holds: ({ architecture }) => architecture.spec.task.imageSize > 0,
    why: 'its task model reads an image beside the text, and the pipeline hands on the text alone',
  },
  {
    holds: ({ manifest }) => manifest.without_text === true,
    why: 'it was trained on records without text',
  },
];

/** @throws LevigateError `unsupported_option` that says what cannot be exported, and what can be done */
export function assertExportable(adapter: Adapter, { opsetImports }: Pick<OnnxModel, 'opsetImports'>): void {
  const limit = LIMITS.find(({ holds }) => holds(adapter));
  if (limit !== undefined) throw unsupported(limit.why);
  const opset = opsetOf({ opsetImports });
  if (opset < LEAST_OPSET)
    throw unsupported(
      `its backbone's graph is of opset ${opset}: export the backbone again with opset ${LEAST_OPSET} or later`,
    );
}

export const opsetOf = ({ opsetImports }: Pick<OnnxModel, 'opsetImports'>): number =>
  opsetImports.find(({ domain }) => domain === '' || domain === 'ai.onnx')?.version ?? 0;

const unsupported = (why: string): LevigateError =>
  new LevigateError(
    'unsupported_option',
    `format: this model cannot become one ONNX file: ${why}. Export it as "adapter", which any Levigate serves.`,
    { param: 'format' },
  );
