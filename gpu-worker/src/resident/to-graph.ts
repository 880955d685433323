import type { PreparedBackbone } from '../backbones/prepared-backbone.ts';
import type { BackboneGraph } from '../device/device.ts';

/** What the device needs of a prepared backbone. */
export const toGraph = (prepared: PreparedBackbone): BackboneGraph => {
  const { id, fingerprint, graphPath, taps, width } = prepared;
  return { id, fingerprint, graphPath, taps, width, idsDtype: prepared.modality === 'text' ? prepared.idsDtype : null };
};
