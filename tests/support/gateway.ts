import { createId, FileObject, SCOPES } from '../../src/contract/index.ts';
import type { Scope } from '../../src/contract/index.ts';
import { newKeyRow } from '../../src/services/keys/new-key-row.ts';
import { createSecret } from '../../src/services/keys/secret.ts';
import { insertApiKey } from '../../src/store/queries/api-keys.ts';
import { insertProjectIfMissing } from '../../src/store/queries/projects.ts';
import type { HostedGateway, HostOptions } from './gateway/hosted-gateway.ts';
import { openNodeHost } from './gateway/node-host.ts';
import type { NodeHost, NodeHostOptions } from './gateway/node-host.ts';
import { target } from './gateway/target.ts';
import { openWorkerdHost } from './gateway/workerd-host.ts';
import { uploadForm } from './multipart.ts';
import type { UploadOptions } from './multipart.ts';

export interface JsonAnswer {
  readonly status: number;
  readonly headers: Headers;
  /** Parsed; a test asserts its shape. */
  // oxlint-disable-next-line typescript/no-explicit-any
  readonly body: any;
}

export interface RequestOptions extends Omit<RequestInit, 'body' | 'headers'> {
  /** The default key when absent, none when null. */
  readonly secret?: string | null | undefined;
  /** Sent as JSON with its content type. */
  readonly json?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: RequestInit['body'] | undefined;
}

export type TestGatewayOptions = HostOptions;

export interface TestGateway extends HostedGateway {
  request(path: string, options?: RequestOptions): Promise<Response>;
  /** As `request`, with the answer's body parsed. */
  json(path: string, options?: RequestOptions): Promise<JsonAnswer>;
  /** Another key, of `projectId` unless told. */
  createKey(options?: { readonly scopes?: readonly Scope[]; readonly projectId?: string }): Promise<string>;
  /** Another tenant with a key of all scopes. */
  createProject(): Promise<{ readonly projectId: string; readonly secret: string }>;
}

/** A whole gateway of its own, with a clock that stands, on the platform of this test run. Close it with `await using`. */
export const createTestGateway = async (options?: TestGatewayOptions): Promise<TestGateway> =>
  withRequests(await (target === 'workerd' ? openWorkerdHost(options) : openNodeHost(options)));

export type NodeGateway = TestGateway & NodeHost;

/** The same in this process, whatever the platform, with its insides at hand. */
export const createNodeGateway = async (options?: NodeHostOptions): Promise<NodeGateway> =>
  withRequests(await openNodeHost(options));

function withRequests<Host extends HostedGateway>(host: Host): Host & TestGateway {
  const request: TestGateway['request'] = async (
    path,
    { secret: key = host.secret, json, headers, ...init }: RequestOptions = {},
  ) =>
    host.send(path, {
      ...init,
      ...(json === undefined ? {} : { body: JSON.stringify(json) }),
      headers: {
        ...(key === null ? {} : { authorization: `Bearer ${key}` }),
        ...(json === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      // The one place where an absent body and an undefined one meet the DOM's exact type.
    } as RequestInit);

  const createKey: TestGateway['createKey'] = async ({ scopes = SCOPES, projectId = host.projectId } = {}) => {
    const key = createSecret();
    await insertApiKey(host.db, newKeyRow({ projectId, name: 'test', secret: key, scopes, nowMs: host.clock.nowMs() }));
    return key;
  };

  return {
    ...host,
    request,
    json: async (path, init) => {
      const response = await request(path, init);
      const text = await response.text();
      return { status: response.status, headers: response.headers, body: text === '' ? null : JSON.parse(text) };
    },
    createKey,
    createProject: async () => {
      const nowMs = host.clock.nowMs();
      const id = createId('project', nowMs);
      await insertProjectIfMissing(host.db, { id, name: 'other', cacheSalt: id, createdMs: nowMs });
      return { projectId: id, secret: await createKey({ projectId: id }) };
    },
  };
}

/** Uploads through the API. @returns the file as the answer describes it */
export async function uploadFile(
  gateway: TestGateway,
  { secret, ...upload }: UploadOptions & { readonly secret?: string } = {},
): Promise<FileObject> {
  const { body } = await gateway.json('/v1/files', { method: 'POST', body: uploadForm(upload), secret });
  return FileObject.parse(body);
}
