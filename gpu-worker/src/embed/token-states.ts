import { readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { buildGraph, buildNode, buildValueInfo } from '../../../src/engine/onnx/build.ts';
import { decodeModel } from '../../../src/engine/onnx/decode-model.ts';
import { encodeModel } from '../../../src/engine/onnx/encode-model.ts';
import { onnxDataType } from '../../../src/engine/onnx/types.ts';
import { findPooledStates } from '../../../src/engine/tap/find-pooled-states.ts';
import { pruneGraph } from '../../../src/engine/tap/prune-graph.ts';
import { padBatch } from '../batching/pad-batch.ts';
import type { BackboneGraph, DevicePort } from '../device/device.ts';
import type { TokenRow } from '../batching/pad-batch.ts';

const TOKENS_FILE = 'tokens.onnx';

/** The last layer's state at every token: `[tokens, width]` of each row. */
export type TokenStates = (backbone: BackboneGraph, rows: readonly TokenRow[]) => Promise<readonly Float32Array[]>;

/** A second graph beside a backbone's own, over the same weights file; written at first use. */
export function createTokenStates(device: Pick<DevicePort, 'embed'>): TokenStates {
  const written = new Map<string, Promise<string>>();
  const pathOf = (backbone: BackboneGraph): Promise<string> => {
    const known = written.get(backbone.fingerprint) ?? writeTokenGraph(backbone.graphPath);
    written.set(backbone.fingerprint, known);
    known.catch(() => written.delete(backbone.fingerprint));
    return known;
  };
  return async (backbone, rows) => {
    const graphPath = await pathOf(backbone);
    const batch = padBatch(rows);
    // A graph whose "taps" are the columns: what the device checks and answers is `[rows, columns, width]`.
    const graph = { ...backbone, graphPath, fingerprint: `${backbone.fingerprint}/tokens`, taps: batch.columns };
    const { features } = await device.embed(graph, batch);
    const size = batch.columns * backbone.width;
    return rows.map(({ ids }, row) => features.subarray(row * size, row * size + ids.length * backbone.width));
  };
}

async function writeTokenGraph(graphPath: string): Promise<string> {
  const model = decodeModel(await readFile(graphPath));
  const states = findPooledStates(model.graph).at(-1)?.states ?? '';
  const pruned = pruneGraph(model.graph, [states]);
  // An input that only the pooling read stays one: it is fed anyway.
  const mask = model.graph.inputs.filter(({ name }) => !pruned.inputs.some((input) => input.name === name));
  const graph = buildGraph({
    ...pruned,
    inputs: [...pruned.inputs, ...mask],
    nodes: [
      ...pruned.nodes,
      buildNode({
        opType: 'Cast',
        inputs: [states],
        outputs: ['features'],
        attributes: { to: { int: onnxDataType.float32 } },
      }),
    ],
    outputs: [buildValueInfo('features', onnxDataType.float32, ['B', 'S', 'H'])],
  });
  const path = join(dirname(graphPath), TOKENS_FILE);
  const unfinished = `${path}.${process.pid}`;
  await writeFile(unfinished, encodeModel({ ...model, graph }));
  await rename(unfinished, path);
  return path;
}
