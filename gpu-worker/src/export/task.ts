import { z } from 'zod';

/** What the export process is told, in a file, and where it writes. */
export const ExportTask = z.strictObject({
  backboneFolder: z.string(),
  graphFile: z.string(),
  weightsFile: z.string(),
  adapterFile: z.string(),
  target: z.string().nullable(),
  model: z.string(),
  maxLength: z.int(),
  /** Becomes the folder for Transformers.js. */
  folder: z.string(),
  /** To be answered by the folder, once it is there. */
  texts: z.array(z.string()),
  answersFile: z.string(),
});
export type ExportTask = z.infer<typeof ExportTask>;

/** By text, then by label: the pipeline's scores. */
export const ExportAnswers = z.union([
  z.object({ scores: z.array(z.record(z.string(), z.number())), measuredWith: z.string() }),
  z.object({ refused: z.object({ code: z.string().nullable(), message: z.string() }) }),
]);
export type ExportAnswers = z.infer<typeof ExportAnswers>;
