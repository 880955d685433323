import { z } from 'zod';
import { ModelGraph } from './model-graph.ts';
import { PredictRecord, PredictUsage, Timings } from './predict.ts';
import { Hyperparameters, LeviOptions } from './levi.ts';
import { LeasedFile, UploadedExport, WorkerPredictRequest, WorkerPredictResponse } from './worker-protocol.ts';

/** Bare ids of the backbone's own vocabulary, as `tokenize` gives them without special tokens: those are put around them. */
const TokenInput = z.strictObject({ tokens: z.array(z.int().min(0)).min(1) });

/** What is embedded: a text, an image, or a text that is tokens already. */
export const EmbedInput = z.union([TokenInput, PredictRecord]);
export type EmbedInput = z.infer<typeof EmbedInput>;

/** Which end of an input loses what the backbone cannot read; `never` refuses such an input. */
export const Truncation = z.enum(['never', 'start', 'end']);
export type Truncation = z.infer<typeof Truncation>;

const WorkerEmbedRequest = z.strictObject({
  backbone: z.string(),
  cache_salt: z.string(),
  priority: z.enum(['online', 'bulk']).optional().describe('Default online'),
  inputs: z.array(EmbedInput).min(1),
  truncate: Truncation,
});

const WorkerEmbedResponse = z.object({
  data: z.array(z.array(z.number())).describe('The last layer, pooled, of each input'),
  truncated: z.int().describe('Inputs that lost an end'),
  usage: PredictUsage,
  timings: Timings,
});

const WorkerEmbedTokensResponse = z.object({
  data: z.array(z.array(z.array(z.number()))).describe('The last layer at each token of each input'),
  usage: PredictUsage,
  timings: Timings,
});

/** One token; `start` and `stop` count the text's UTF-16 units and are null where no place in it can be told. */
const Token = z.object({
  id: z.int(),
  text: z.string(),
  special: z.boolean(),
  start: z.int().nullable(),
  stop: z.int().nullable(),
});
export type Token = z.infer<typeof Token>;

const WorkerTokenizeRequest = z.strictObject({
  backbone: z.string(),
  inputs: z.array(z.string()).min(1),
  add_special_tokens: z.boolean(),
});

const WorkerDecodeRequest = z.strictObject({
  backbone: z.string(),
  inputs: z.array(z.array(z.int().min(0))).min(1),
  skip_special_tokens: z.boolean(),
});

/** Makes a folder for Transformers.js of a model, and uploads it as one tar. */
const WorkerExportRequest = z.strictObject({
  backbone: z.string(),
  cache_salt: z.string(),
  model: z.string(),
  adapter: z.strictObject({ sha256: z.string(), bytes: z.int() }),
  target: z.string().nullable().describe('Of a model of several; null: the only one'),
  /** What the model was trained from, for the rows to compare answers on; null where it is not there any more. */
  source: z
    .strictObject({
      seed: z.int(),
      hyperparameters: Hyperparameters,
      levi: LeviOptions,
      training_file: LeasedFile,
      validation_file: LeasedFile.nullable(),
    })
    .nullable(),
  /** Where files come from and the archive goes to, below the gateway's worker routes, and what opens it. */
  grant: z.strictObject({ path: z.string(), token: z.string() }),
});

/** How a model is put together, for drawing it; without an adapter the bare backbone. */
const WorkerGraphRequest = z.strictObject({
  backbone: z.string(),
  model: z.string(),
  adapter: z.strictObject({ sha256: z.string(), bytes: z.int() }).nullable(),
});

const SCHEMAS = {
  predict: { request: WorkerPredictRequest, response: WorkerPredictResponse },
  embed: { request: WorkerEmbedRequest, response: WorkerEmbedResponse },
  embed_tokens: { request: WorkerEmbedRequest, response: WorkerEmbedTokensResponse },
  tokenize: { request: WorkerTokenizeRequest, response: z.object({ data: z.array(z.array(Token)) }) },
  export: { request: WorkerExportRequest, response: UploadedExport },
  graph: { request: WorkerGraphRequest, response: ModelGraph },
  decode: { request: WorkerDecodeRequest, response: z.object({ data: z.array(z.string()) }) },
} as const;

export type WorkerVerb = keyof typeof SCHEMAS;
export type WorkerRequest<Verb extends WorkerVerb> = z.infer<(typeof SCHEMAS)[Verb]['request']>;
export type WorkerResponse<Verb extends WorkerVerb> = z.infer<(typeof SCHEMAS)[Verb]['response']>;

/** Everything that the gateway asks of a worker about inputs: `POST /<verb>`, one schema each way. */
export const WORKER_VERBS: {
  readonly [Verb in WorkerVerb]: {
    readonly request: z.ZodType<WorkerRequest<Verb>>;
    readonly response: z.ZodType<WorkerResponse<Verb>>;
  };
} = SCHEMAS;
