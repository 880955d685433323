import { padBatch } from '../../../gpu-worker/src/batching/pad-batch.ts';
import { prepareBackbone } from '../../../gpu-worker/src/backbones/prepare-backbone.ts';
import { toTensors } from '../../../gpu-worker/src/device/to-tensors.ts';
import { createOnnxRuntime } from '../../../gpu-worker/src/runtime/onnx-runtime.ts';
import { loadTokenizer } from '../../../gpu-worker/src/tokenizer/load-tokenizer.ts';
import { DEFAULT_BACKBONE } from '../../../src/contract/index.ts';
import { float32Data } from '../../../src/engine/index.ts';

/** What the backbone's last layer makes of texts, pooled: what an embedding server gives but for its length. */
export async function embedBare(texts: readonly string[]): Promise<readonly Float32Array[]> {
  const backbone = await prepareBackbone(DEFAULT_BACKBONE);
  if (backbone.modality !== 'text') throw new Error(`${backbone.id} reads no texts`);
  const { folder, graphPath, idsDtype, maxTokens, taps, width } = backbone;
  const tokenizer = await loadTokenizer(folder);
  await using session = await createOnnxRuntime({ device: 'cpu' }).loadFile(graphPath);
  const rows: Float32Array[] = [];
  for (const text of texts) {
    const { features } = await session.run(toTensors(padBatch([tokenizer.encode(text, maxTokens)]), idsDtype));
    if (features === undefined) throw new Error('the backbone gave no features');
    rows.push(float32Data(features).slice((taps - 1) * width, taps * width));
  }
  return rows;
}
