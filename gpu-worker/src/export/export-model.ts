import { createWriteStream, openAsBlob } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { packTar } from 'modern-tar/fs';
import { LevigateError } from '../../../src/contract/errors.ts';
import type { LabelScore, PredictRecord } from '../../../src/contract/predict.ts';
import type { WorkerRequest, WorkerResponse } from '../../../src/contract/worker-verbs.ts';
import { readModel } from '../../../src/levi/index.ts';
import type { Adapter, TrainingRecord } from '../../../src/levi/index.ts';
import { WEIGHTS_FILE } from '../backbones/prepare/encoder-graph.ts';
import type { GatewayClient } from '../gateway-api/gateway-client.ts';
import type { Predict } from '../predict/predict.ts';
import { requireBackbone } from '../predict/require-backbone.ts';
import type { ResidentBackbones, ResidentTextBackbone } from '../resident/resident-backbones.ts';
import { compareAnswers } from './compare-answers.ts';
import { createExportQueue } from './export-queue.ts';
import { runExportProcess } from './run-export-process.ts';
import { loadValidationRows } from './validation-rows.ts';

type Request = WorkerRequest<'export'>;

export interface ExportDependencies {
  readonly backbones: ResidentBackbones;
  readonly client: Pick<GatewayClient, 'downloadAdapter' | 'downloadExportFile' | 'uploadExport'>;
  readonly predict: Predict;
  readonly readyWithinMs?: number;
  /** The worker ends: what is being made is given up. */
  readonly signal: AbortSignal;
}

/** A folder for Transformers.js with a report of how far its answers lie from this server's, uploaded as one tar. */
export function createExport({
  backbones,
  client,
  predict,
  readyWithinMs = 1_000,
  signal: ending,
}: ExportDependencies) {
  const make = async (request: Request, signal: AbortSignal): Promise<WorkerResponse<'export'>> => {
    const backbone = await requireBackbone(backbones, request.backbone, { withinMs: readyWithinMs });
    if (backbone.modality === 'image') throw readsImages(request.backbone);
    const bytes = await client.downloadAdapter(request.adapter.sha256);
    const { adapter } = targetOf(readModel(bytes), request.target);
    const records = await loadValidationRows(client, request, signal);
    const scratch = await mkdtemp(join(tmpdir(), 'levigate-export-'));
    try {
      const folder = join(scratch, 'model');
      const adapterFile = join(scratch, 'adapter.safetensors');
      await writeFile(adapterFile, bytes);
      const { graphPath } = backbone.graph;
      const task = {
        backboneFolder: dirname(graphPath),
        graphFile: basename(graphPath),
        weightsFile: WEIGHTS_FILE,
        adapterFile,
        target: request.target,
        model: request.model,
        maxLength: maxLengthOf(adapter, backbone),
        folder,
        texts: records.map(({ text }) => text),
        answersFile: join(scratch, 'answers.json'),
      };
      const { scores, measuredWith } = await runExportProcess(task, join(scratch, 'task.json'), signal);
      const ids = records.map(({ id }, row) => id ?? String(row));
      const ask = (inputs: readonly PredictRecord[]): Promise<readonly (readonly LabelScore[])[]> =>
        askServer(predict, request, { inputs, signal });
      const texts = await ask(records.map(({ text }) => ({ text })));
      const whole = adapter.manifest.fields ? await ask(records.map(toRecord)) : null;
      await writeFile(
        join(folder, 'parity.json'),
        toJson({
          object: 'export.parity',
          model: request.model,
          measured_with: measuredWith,
          text_alone: compareAnswers(ids, scores, texts),
          with_fields: whole && compareAnswers(ids, scores, whole),
          notes: notesOf(adapter, records),
        }),
      );
      await writeFile(join(folder, 'manifest.json'), toJson(describe(request, adapter, backbone)));
      const archive = join(scratch, 'model.tar');
      await pipeline(packTar(folder), createWriteStream(archive), { signal });
      return await client.uploadExport(request.grant, await openAsBlob(archive), signal);
    } finally {
      await rm(scratch, { recursive: true, force: true });
    }
  };
  const keyOf = ({ model, adapter, target }: Request): string => JSON.stringify([model, adapter.sha256, target]);
  return createExportQueue({ make, keyOf, signal: ending });
}

function targetOf(targets: ReturnType<typeof readModel>, wanted: string | null) {
  const found = targets.find(({ name }) => name === (wanted ?? targets[0].name));
  if (found !== undefined && (wanted !== null || targets.length === 1)) return found;
  const names = targets.map(({ name }) => name).join(', ');
  throw new LevigateError('invalid_request', `target: the model has the targets ${names}: name one of them`, {
    param: 'target',
  });
}

const readsImages = (backbone: string): LevigateError =>
  new LevigateError(
    'unsupported_option',
    `format: ${backbone} reads images, and what is written is a text-classification pipeline. Export the model as "adapter".`,
    { param: 'format' },
  );

function maxLengthOf({ manifest }: Adapter, { maxTokens }: ResidentTextBackbone): number {
  const { maxLength } = manifest.provenance;
  return typeof maxLength === 'number' ? Math.min(maxLength, maxTokens) : maxTokens;
}

const toRecord = ({ text, fields }: TrainingRecord): PredictRecord => ({
  text,
  ...(fields ? { fields: { ...fields } } : {}),
});

async function askServer(
  predict: Predict,
  { backbone, cache_salt, model, adapter, target }: Request,
  { inputs, signal }: { readonly inputs: readonly PredictRecord[]; readonly signal: AbortSignal },
): Promise<readonly (readonly LabelScore[])[]> {
  if (inputs.length === 0) return [];
  const adapters = [{ model, ...adapter }];
  const { data } = await predict(
    { backbone, cache_salt, priority: 'bulk', adapters, inputs: [...inputs], views: false },
    signal,
  );
  return data.map((prediction) => (target === null ? prediction : (prediction.targets?.[target] ?? prediction)).labels);
}

/** What a reader must know before trusting the figures. */
function notesOf(adapter: Adapter, records: readonly TrainingRecord[]): readonly string[] {
  const readsWords = adapter.readTask !== null;
  return [
    ...(records.length === 0 ? ["The model's training file is not there any more: nothing was compared."] : []),
    ...(readsWords
      ? [
          "The second view's words are told from the tokens: what the tokenizer drops (accents, unknown characters, the end of a text that is too long, spaces before punctuation) it does not see, and the server does.",
        ]
      : []),
    ...(adapter.manifest.fields
      ? ['The pipeline is given the text alone: it answers as the server does for records without fields.']
      : []),
  ];
}

const describe = (request: Request, { manifest }: Adapter, { graph }: ResidentTextBackbone) => ({
  object: 'export.manifest',
  model: request.model,
  target: request.target,
  labels: manifest.labels,
  task: manifest.task,
  method: manifest.method,
  layers: manifest.layers,
  backbone: { id: request.backbone, fingerprint: graph.fingerprint },
  adapter_sha256: request.adapter.sha256,
  provenance: manifest.provenance,
});

const toJson = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;
