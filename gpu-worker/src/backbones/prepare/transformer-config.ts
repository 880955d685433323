import { z } from 'zod';
import { LevigateError } from '../../../../src/contract/errors.ts';

// Families name the same three numbers differently.
const transformerConfig = z.looseObject({
  model_type: z.string().optional(),
  num_hidden_layers: z.int().positive().optional(),
  n_layers: z.int().positive().optional(),
  num_layers: z.int().positive().optional(),
  hidden_size: z.int().positive().optional(),
  dim: z.int().positive().optional(),
  d_model: z.int().positive().optional(),
  max_position_embeddings: z.int().positive().optional(),
  n_positions: z.int().positive().optional(),
});

export interface TransformerShape {
  readonly layers: number;
  readonly width: number;
  readonly maxPositions: number;
}

/** Depth and width from a config.json. @throws LevigateError `backbone_invalid` when it does not say them. */
export function readTransformerShape(config: unknown): TransformerShape {
  const { layers, width, maxPositions } = readShape(config);
  if (layers === undefined) throw invalid('it does not say the number of layers (num_hidden_layers)');
  if (width === undefined) throw invalid('it does not say the width (hidden_size)');
  return { layers, width, maxPositions };
}

/** Of the vision tower, where the model reads text as well (CLIP, SigLIP). A convolutional network has no layers to say. */
export function readVisionShape(config: unknown): Partial<Pick<TransformerShape, 'layers' | 'width'>> {
  const whole = z.looseObject({ vision_config: z.looseObject({}).optional() }).safeParse(config);
  if (!whole.success) throw invalid(z.prettifyError(whole.error));
  const { layers, width } = readShape(whole.data.vision_config ?? config);
  return { ...(layers === undefined ? {} : { layers }), ...(width === undefined ? {} : { width }) };
}

function readShape(config: unknown) {
  const parsed = transformerConfig.safeParse(config);
  if (!parsed.success) throw invalid(z.prettifyError(parsed.error));
  const { data } = parsed;
  return {
    layers: data.num_hidden_layers ?? data.n_layers ?? data.num_layers,
    width: data.hidden_size ?? data.dim ?? data.d_model,
    maxPositions: data.max_position_embeddings ?? data.n_positions ?? 512,
  };
}

function invalid(reason: string): LevigateError {
  return new LevigateError('backbone_invalid', `The backbone's config.json cannot be used: ${reason}.`);
}
