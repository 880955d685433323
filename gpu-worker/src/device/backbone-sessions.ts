import type { Session } from '../../../src/engine/index.ts';
import type { OnnxRuntime } from '../runtime/onnx-runtime.ts';
import type { BackboneGraph, EmbeddedBatch } from './device.ts';
import type { EncoderBatch } from './encoder-batch.ts';
import { toTensors } from './to-tensors.ts';

export interface BackboneSessions {
  load(backbone: BackboneGraph): Promise<void>;
  embed(backbone: BackboneGraph, batch: EncoderBatch): Promise<EmbeddedBatch & { readonly startMs: number }>;
}

/** One session per backbone, opened on first use and kept. */
export function createBackboneSessions(runtime: OnnxRuntime): BackboneSessions {
  const sessions = new Map<string, Promise<Session>>();

  function open(backbone: BackboneGraph): Promise<Session> {
    const known = sessions.get(backbone.fingerprint);
    if (known) return known;
    const opened = runtime.loadFile(backbone.graphPath);
    sessions.set(backbone.fingerprint, opened);
    opened.catch(() => sessions.delete(backbone.fingerprint));
    return opened;
  }

  return {
    load: async (backbone) => {
      await open(backbone);
    },
    embed: async (backbone, batch) => {
      const session = await open(backbone);
      const startedMs = performance.now();
      const { features } = await session.run(toTensors(batch, backbone.idsDtype));
      const inferenceMs = performance.now() - startedMs;
      if (!features || !(features.data instanceof Float32Array) || features.data.length !== sizeOf(backbone, batch)) {
        throw new Error(`internal: ${backbone.id} did not answer with features of its width`);
      }
      return { features: features.data, inferenceMs, startMs: performance.timeOrigin + startedMs };
    },
  };
}

const sizeOf = ({ taps, width }: BackboneGraph, { rows }: EncoderBatch): number => rows * taps * width;
