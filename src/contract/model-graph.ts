import { z } from 'zod';
import { MODALITIES } from './models.ts';

const Dimension = z.union([z.int(), z.string()]);

/** A part of a model that is drawn as one. */
export const GraphBlock = z.object({
  id: z.string(),
  kind: z.enum(['input', 'layer', 'pooling', 'part', 'answer']),
  title: z.string(),
  detail: z.string().nullable().describe('What it does, or is set to'),
  shape: z.array(Dimension).nullable().describe('Of what leaves it; B is the batch, S the tokens. null: not known'),
  nodes: z.int().nullable().describe("Operators of the backbone's graph. null: not counted"),
  parameters: z.int().nullable().describe('Numbers that were learned. null: not known'),
  reads: z.array(z.string()).describe('The blocks it reads, by id'),
});
export type GraphBlock = z.infer<typeof GraphBlock>;

export const GraphTarget = z.object({
  name: z.string(),
  task: z.string(),
  method: z.string(),
  labels: z.array(z.string()),
  layers: z.array(z.int()).describe('The taps that it reads; 0 is what enters the first layer'),
  nodes: z.int().describe('Operators of its serving graph'),
});
export type GraphTarget = z.infer<typeof GraphTarget>;

export const ModelGraph = z.object({
  object: z.literal('model.graph'),
  model: z.string(),
  backbone: z.object({
    id: z.string(),
    fingerprint: z.string(),
    modality: z.enum(MODALITIES),
    dtype: z.string().nullable(),
    taps: z.int(),
    width: z.int(),
  }),
  targets: z.array(GraphTarget).describe('None for a bare backbone'),
  blocks: z.array(GraphBlock).describe('In the order in which they are computed'),
});
export type ModelGraph = z.infer<typeof ModelGraph>;
