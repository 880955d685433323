import { convolutionRules } from './convolution.ts';
import { elementwiseBinaryRules } from './elementwise-binary.ts';
import { elementwiseUnaryRules } from './elementwise-unary.ts';
import { gatheringRules } from './gathering.ts';
import { generationRules } from './generation.ts';
import { matrixRules } from './matrix.ts';
import { normalisationRules } from './normalisation.ts';
import { poolingRules } from './pooling.ts';
import { reductionRules } from './reduction.ts';
import type { OpRules } from './rule.ts';
import { selectionRules } from './selection.ts';
import { shapeRules } from './shape.ts';
import { slicingRules } from './slicing.ts';

/** Every operator of the graph. One without type, gradient and ONNX form does not compile. */
export const rules: OpRules = {
  ...generationRules,
  ...elementwiseBinaryRules,
  ...elementwiseUnaryRules,
  ...selectionRules,
  ...matrixRules,
  ...shapeRules,
  ...slicingRules,
  ...gatheringRules,
  ...reductionRules,
  ...normalisationRules,
  ...convolutionRules,
  ...poolingRules,
} satisfies OpRules;
