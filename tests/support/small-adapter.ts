import { writeSafetensors } from '../../src/engine/safetensors/write-safetensors.ts';
import { tensor } from '../../src/engine/tensor.ts';

/** The file of an adapter that answers the same to everything: valid, and small. */
export function writeSmallAdapter(labels: readonly string[], backbone = 'all-minilm-l6-v2'): Uint8Array<ArrayBuffer> {
  const manifest = {
    format: 'levigate-adapter',
    version: 2,
    task: 'single_label',
    method: 'prior',
    labels,
    layers: [0],
    width: 4,
    adapting_width: null,
    probe_taps: [],
    backbone: { id: backbone, fingerprint: 'f'.repeat(64) },
    config: {},
    provenance: { engine_version: '3', seed: 7, threads: 2, training_file_sha256: 'a'.repeat(64) },
  };
  const numbers = Float32Array.from(labels, (_, index) => index);
  const tensors = {
    'calibration.inverse_temperature': tensor(Float32Array.of(1), [1, 1]),
    'prior.bias': tensor(numbers, [1, labels.length]),
  };
  return Uint8Array.from(writeSafetensors(tensors, { levigate: JSON.stringify(manifest) }));
}
