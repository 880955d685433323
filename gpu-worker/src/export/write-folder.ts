import { closeSync, openSync, readSync } from 'node:fs';
import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { decodeModel } from '../../../src/engine/onnx/decode-model.ts';
import { LevigateError } from '../../../src/contract/errors.ts';
import { readModel, writeClassifier } from '../../../src/levi/index.ts';
import type { Adapter } from '../../../src/levi/index.ts';
import { loadTokenizer } from '../tokenizer/load-tokenizer.ts';
import { readVocabulary } from './read-vocabulary.ts';
import type { ExportTask } from './task.ts';

/** A model as a folder that `pipeline('text-classification', folder)` opens. Rejects with `unsupported_option` and the reason. */
export async function writeFolder(task: ExportTask): Promise<void> {
  const { backboneFolder, folder, maxLength } = task;
  const read = (name: string): Promise<Buffer> => readFile(join(backboneFolder, name));
  const adapter = chooseTarget(readModel(await readFile(task.adapterFile)), task.target);
  const tokenizerJson = (await read('tokenizer.json')).toString('utf8');
  // Layers that are cut off are never read, and no file of more than 2 GB could be read as a whole.
  using weights = openWeights(join(backboneFolder, task.weightsFile));
  const model = writeClassifier({
    adapter,
    backbone: decodeModel(await read(task.graphFile)),
    readExternal: (_location, offset, length) => weights.read(offset, length),
    vocabulary: readVocabulary(tokenizerJson),
    maxLength,
    closingToken: await closingTokenOf(backboneFolder),
  });
  await mkdir(join(folder, 'onnx'), { recursive: true });
  await writeFile(join(folder, 'onnx/model.onnx'), model);
  await copyFile(join(backboneFolder, 'tokenizer.json'), join(folder, 'tokenizer.json'));
  const settings = parseObject((await read('tokenizer_config.json')).toString('utf8'));
  await writeJson(join(folder, 'tokenizer_config.json'), { ...settings, model_max_length: maxLength });
  const config = parseObject((await read('config.json')).toString('utf8'));
  await writeJson(join(folder, 'config.json'), { ...config, ...describeLabels(adapter) });
}

function openWeights(path: string): Disposable & { read(offset: number, length: number): Uint8Array } {
  const file = openSync(path, 'r');
  return {
    read: (offset, length) => {
      const bytes = new Uint8Array(length);
      const found = readSync(file, bytes, 0, length, offset);
      if (found !== length) throw new Error(`${path} ends within a tensor`);
      return bytes;
    },
    [Symbol.dispose]: () => closeSync(file),
  };
}

function describeLabels({ labels, architecture }: Adapter): Readonly<Record<string, unknown>> {
  const isSigmoid = architecture.spec.family === 'sigmoid';
  return {
    id2label: Object.fromEntries(labels.map((label, index) => [String(index), label])),
    label2id: Object.fromEntries(labels.map((label, index) => [label, index])),
    problem_type: isSigmoid ? 'multi_label_classification' : 'single_label_classification',
    // Browsers would look for a quantised file.
    'transformers.js_config': { dtype: 'fp32' },
  };
}

function chooseTarget(targets: ReturnType<typeof readModel>, wanted: string | null): Adapter {
  const found = wanted === null ? targets[0] : targets.find(({ name }) => name === wanted);
  if (found !== undefined && (wanted !== null || targets.length === 1)) return found.adapter;
  const names = targets.map(({ name }) => name).join(', ');
  throw new LevigateError('invalid_request', `target: the model has the targets ${names}: name one of them`, {
    param: 'target',
  });
}

/** The one token after every text; null where there is none, or several. */
async function closingTokenOf(folder: string): Promise<number | null> {
  const tokenizer = await loadTokenizer(folder);
  const whole = tokenizer.encode('a', Infinity).ids;
  const bare = tokenizer.describe('a', { addSpecialTokens: false });
  const from = whole.lastIndexOf(bare.at(-1)?.id ?? -1) + 1;
  const tail = whole.subarray(from);
  return tail.length === 1 ? (tail[0] ?? null) : null;
}

const parseObject = (json: string): Readonly<Record<string, unknown>> => {
  const parsed: unknown = JSON.parse(json);
  return typeof parsed === 'object' && parsed !== null ? { ...parsed } : {};
};

const writeJson = (path: string, value: unknown): Promise<void> =>
  writeFile(path, `${JSON.stringify(value, null, 2)}\n`);
