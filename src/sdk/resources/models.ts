import { ask } from '../request.ts';
import type { RequestOptions, Send } from '../request.ts';
import type { ModelGraph } from '../types/graph.ts';
import type { Model, ModelDrift } from '../types/models.ts';

export interface ExportParams {
  /** `onnx`: a folder for Transformers.js; `adapter`: for another Levigate. */
  readonly format: 'onnx' | 'adapter';
  /** Of a model of several targets, with `onnx`. */
  readonly target?: string | undefined;
}

/** An archive is written before the answer begins. */
const EXPORT_TIMEOUT_MS = 1_800_000;

export interface Models {
  list(options?: RequestOptions): Promise<Model[]>;
  retrieve(id: string, options?: RequestOptions): Promise<Model>;
  /** Whether its predictions are still of inputs like those it was trained for. */
  drift(id: string, options?: RequestOptions): Promise<ModelDrift>;
  /** How it is put together, block by block: the backbone's layers, then what it computes of their features. */
  graph(id: string, options?: RequestOptions): Promise<ModelGraph>;
  delete(id: string, options?: RequestOptions): Promise<{ id: string; deleted: boolean }>;
  /** Its weights; the body is a tar, and may be large: stream it. An attempt takes up to half an hour unless `timeoutMs` says otherwise. */
  export(id: string, params: ExportParams, options?: RequestOptions): Promise<Response>;
  /** Takes over what another Levigate exported as `adapter`: the tar, as a Blob (in Node: `await fs.openAsBlob(path)`) or its bytes. */
  import(
    archive: Blob | Uint8Array,
    params?: { readonly suffix?: string | undefined },
    options?: RequestOptions,
  ): Promise<Model>;
}

const pathOf = (id: string, rest = ''): string => `/models/${encodeURIComponent(id)}${rest}`;

export const createModels = (send: Send): Models => ({
  async list(options = {}) {
    const { data } = await ask<{ data: Model[] }>(send, { method: 'GET', path: '/models', ...options });
    return data;
  },
  retrieve: (id, options = {}) => ask(send, { method: 'GET', path: pathOf(id), ...options }),
  drift: (id, options = {}) => ask(send, { method: 'GET', path: pathOf(id, '/drift'), ...options }),
  graph: (id, options = {}) => ask(send, { method: 'GET', path: pathOf(id, '/graph'), ...options }),
  delete: (id, options = {}) => ask(send, { method: 'DELETE', path: pathOf(id), ...options }),
  export: (id, params, options = {}) =>
    send({ method: 'GET', path: pathOf(id, '/export'), query: params, timeoutMs: EXPORT_TIMEOUT_MS, ...options }),
  import(archive, params = {}, options = {}) {
    const blob = new Blob([archive instanceof Blob ? archive : new Uint8Array(archive)], { type: 'application/x-tar' });
    return ask(send, { method: 'POST', path: '/models/import', query: params, blob, ...options });
  },
});
