import { fetchPage } from '../page.ts';
import type { PageParams, PagePromise } from '../page.ts';
import { ask } from '../request.ts';
import type { RequestOptions, Send } from '../request.ts';
import type { FileObject, FilePurpose } from '../types/files.ts';

export interface CreateFileParams {
  /** A Blob or File (in Node: `await fs.openAsBlob(path)`, which streams), or the content itself. */
  readonly file: Blob | Uint8Array | string;
  /** Needed unless `file` is a File with a name. */
  readonly filename?: string;
  readonly purpose: FilePurpose;
  readonly expiresAfterSeconds?: number;
}

export interface Files {
  /** Uploads a file. @throws BadRequestError with what is wrong in it */
  create(params: CreateFileParams, options?: RequestOptions): Promise<FileObject>;
  list(params?: PageParams & { purpose?: FilePurpose }, options?: RequestOptions): PagePromise<FileObject>;
  retrieve(id: string, options?: RequestOptions): Promise<FileObject>;
  content(id: string, options?: RequestOptions): Promise<Response>;
  delete(id: string, options?: RequestOptions): Promise<{ id: string; deleted: boolean }>;
}

const pathOf = (id: string, rest = ''): string => `/files/${encodeURIComponent(id)}${rest}`;

export const createFiles = (send: Send): Files => ({
  create: (params, options = {}) =>
    ask(send, { method: 'POST', path: '/files', form: () => toForm(params), ...options }),
  list: (params = {}, options = {}) => fetchPage<FileObject>(send, '/files', params, options),
  retrieve: (id, options = {}) => ask(send, { method: 'GET', path: pathOf(id), ...options }),
  content: (id, options = {}) => send({ method: 'GET', path: pathOf(id, '/content'), ...options }),
  delete: (id, options = {}) => ask(send, { method: 'DELETE', path: pathOf(id), ...options }),
});

function toForm({ file, filename, purpose, expiresAfterSeconds }: CreateFileParams): FormData {
  const form = new FormData();
  form.set('purpose', purpose);
  if (expiresAfterSeconds !== undefined) {
    form.set('expires_after[anchor]', 'created_at');
    form.set('expires_after[seconds]', String(expiresAfterSeconds));
  }
  const blob = file instanceof Blob ? file : new Blob([typeof file === 'string' ? file : new Uint8Array(file)]);
  const ownName = 'name' in blob && typeof blob.name === 'string' ? blob.name : undefined;
  form.set('file', blob, filename ?? ownName ?? 'file');
  return form;
}
