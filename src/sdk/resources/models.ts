import type { RequestOptions, Send } from '../request.ts';
import type { Model } from '../types.ts';

export interface Models {
  list(options?: RequestOptions): Promise<Model[]>;
  retrieve(id: string, options?: RequestOptions): Promise<Model>;
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
  async delete(id, { signal } = {}) {
    const response = await send({ method: 'DELETE', path: `/models/${encodeURIComponent(id)}`, signal });
    return (await response.json()) as { id: string; deleted: boolean };
  },
});
