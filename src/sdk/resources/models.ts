import type { ModelDrift } from '../drift-types.ts';
import type { RequestOptions, Send } from '../request.ts';
import type { Model } from '../types.ts';

export interface Models {
  list(options?: RequestOptions): Promise<Model[]>;
  retrieve(id: string, options?: RequestOptions): Promise<Model>;
  /** Whether its predictions are still of inputs like those it was trained for. */
  drift(id: string, options?: RequestOptions): Promise<ModelDrift>;
  delete(id: string, options?: RequestOptions): Promise<{ id: string; deleted: boolean }>;
}

export const createModels = (send: Send): Models => ({
  async list({ signal } = {}) {
    const response = await send({ method: 'GET', path: '/models', signal });
    return ((await response.json()) as { data: Model[] }).data;
  },
  async retrieve(id, { signal } = {}) {
    const response = await send({ method: 'GET', path: `/models/${encodeURIComponent(id)}`, signal });
    return (await response.json()) as Model;
  },
  async drift(id, { signal } = {}) {
    const response = await send({ method: 'GET', path: `/models/${encodeURIComponent(id)}/drift`, signal });
    return (await response.json()) as ModelDrift;
  },
  async delete(id, { signal } = {}) {
    const response = await send({ method: 'DELETE', path: `/models/${encodeURIComponent(id)}`, signal });
    return (await response.json()) as { id: string; deleted: boolean };
  },
});
