/** A part of a model that is drawn as one. */
export interface GraphBlock {
  id: string;
  kind: 'input' | 'layer' | 'pooling' | 'part' | 'answer';
  title: string;
  /** What it does, or is set to. */
  detail: string | null;
  /** Of what leaves it; `B` is the batch, `S` the tokens. */
  shape: (number | string)[] | null;
  /** Operators of the backbone's graph; null where they are not counted. */
  nodes: number | null;
  /** Numbers that were learned. */
  parameters: number | null;
  /** The blocks it reads, by id. */
  reads: string[];
}

export interface GraphTarget {
  name: string;
  task: string;
  method: string;
  labels: string[];
  /** The taps that it reads; 0 is what enters the first layer. */
  layers: number[];
  /** Operators of its serving graph. */
  nodes: number;
}

export interface ModelGraph {
  object: 'model.graph';
  model: string;
  backbone: {
    id: string;
    fingerprint: string;
    modality: 'text' | 'image';
    dtype: string | null;
    taps: number;
    width: number;
  };
  /** None for a bare backbone. */
  targets: GraphTarget[];
  /** In the order in which they are computed. */
  blocks: GraphBlock[];
}
