import { ask } from '../request.ts';
import type { RequestOptions, Send } from '../request.ts';
import type { ModelGraph } from '../types/graph.ts';
import type { Model, ModelDrift } from '../types/models.ts';

export interface Models {
  list(options?: RequestOptions): Promise<Model[]>;
  retrieve(id: string, options?: RequestOptions): Promise<Model>;
  /** Whether its predictions are still of inputs like those it was trained for. */
  drift(id: string, options?: RequestOptions): Promise<ModelDrift>;
  /** How it is put together, block by block: the backbone's layers, then what it computes of their features. */
  graph(id: string, options?: RequestOptions): Promise<ModelGraph>;
  delete(id: string, options?: RequestOptions): Promise<{ id: string; deleted: boolean }>;
}

const pathOf = (id: string, rest = ''): string => `/models/${encodeURIComponent(id)}${rest}`;

export const createModels = (send: Send): Models => ({
  async list({ signal } = {}) {
    const { data } = await ask<{ data: Model[] }>(send, { method: 'GET', path: '/models', signal });
    return data;
  },
  retrieve: (id, { signal } = {}) => ask(send, { method: 'GET', path: pathOf(id), signal }),
  drift: (id, { signal } = {}) => ask(send, { method: 'GET', path: pathOf(id, '/drift'), signal }),
  graph: (id, { signal } = {}) => ask(send, { method: 'GET', path: pathOf(id, '/graph'), signal }),
  delete: (id, { signal } = {}) => ask(send, { method: 'DELETE', path: pathOf(id), signal }),
});
