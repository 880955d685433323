/** What Cloudflare bills of storage, counted where the gateway asks for it. */
export interface Usage {
  d1Queries: number;
  d1RowsRead: number;
  d1RowsWritten: number;
  /** Writes and lists. Deletes are free. */
  r2ClassA: number;
  /** Reads. */
  r2ClassB: number;
  queueMessages: number;
  /** Calls of a Durable Object. */
  objectCalls: number;
}

export const noUsage = (): Usage => ({
  d1Queries: 0,
  d1RowsRead: 0,
  d1RowsWritten: 0,
  r2ClassA: 0,
  r2ClassB: 0,
  queueMessages: 0,
  objectCalls: 0,
});

const INNER = Symbol('the statement inside');

interface CountedStatement extends D1PreparedStatement {
  readonly [INNER]: D1PreparedStatement;
}

/** A database that adds up what D1 itself says of each statement: rows read and rows written, indexes included. */
export function countDatabase(db: D1Database, usage: Usage): D1Database {
  const add = ({ meta }: Pick<D1Result, 'meta'>): void => {
    usage.d1Queries += 1;
    usage.d1RowsRead += meta.rows_read;
    usage.d1RowsWritten += meta.rows_written;
  };
  const counted = (inner: D1PreparedStatement, sql: string): CountedStatement => {
    const all = async <T>(): Promise<D1Result<T>> => {
      const result = await inner.all<T>();
      add(result);
      return result;
    };
    // `raw` tells no counts. A read is simply asked twice; a write returns rows of one table, whose columns do not collide.
    const raw = async (): Promise<unknown[][]> => {
      const { results } = await all<Record<string, unknown>>();
      return /^\s*select/i.test(sql) ? inner.raw() : results.map((row) => Object.values(row));
    };
    const statement = {
      [INNER]: inner,
      bind: (...values: unknown[]) => counted(inner.bind(...values), sql),
      all,
      run: all,
      raw,
    };
    // `first` is not used by the driver.
    return statement as unknown as CountedStatement;
  };
  const batch = async (statements: CountedStatement[]): Promise<D1Result[]> => {
    const results = await db.batch(statements.map((statement) => statement[INNER]));
    for (const result of results) add(result);
    return results;
  };
  return { prepare: (sql: string) => counted(db.prepare(sql), sql), batch } as unknown as D1Database;
}

const CLASS_A = ['put', 'list', 'createMultipartUpload'];
const CLASS_B = ['get', 'head'];

/** A bucket that counts its operations; the parts of a multipart upload, and its end, are of class A, too. */
export function countBucket(bucket: R2Bucket, usage: Usage): R2Bucket {
  return new Proxy(bucket, {
    get(target, name: keyof R2Bucket) {
      const method = target[name];
      if (typeof method !== 'function') return method;
      return async (...args: unknown[]): Promise<unknown> => {
        if (CLASS_A.includes(name)) usage.r2ClassA += 1;
        if (CLASS_B.includes(name)) usage.r2ClassB += 1;
        const answer: unknown = await Reflect.apply(method, target, args);
        return name === 'createMultipartUpload' ? countUpload(answer as R2MultipartUpload, usage) : answer;
      };
    },
  });
}

const countUpload = (upload: R2MultipartUpload, usage: Usage): R2MultipartUpload => ({
  key: upload.key,
  uploadId: upload.uploadId,
  uploadPart: (...args) => {
    usage.r2ClassA += 1;
    return upload.uploadPart(...args);
  },
  complete: (parts) => {
    usage.r2ClassA += 1;
    return upload.complete(parts);
  },
  abort: () => upload.abort(),
});

export const countQueue = (usage: Usage): Pick<Queue, 'send'> => ({
  send: () => {
    usage.queueMessages += 1;
    return Promise.resolve({
      metadata: { metrics: { backlogCount: 0, backlogBytes: 0, oldestMessageTimestamp: new Date() } },
    });
  },
});

type Callable = Readonly<Record<string, unknown>>;

/** A namespace whose objects' methods are counted, each call one billed request. */
export function countObjects<Namespace extends { getByName(name: string): object }>(
  namespace: Namespace,
  usage: Usage,
): Namespace {
  const counted = (stub: Callable): Callable =>
    new Proxy(stub, {
      get(target, name: string) {
        const method = target[name];
        if (typeof method !== 'function') return method;
        return (...args: unknown[]): unknown => {
          usage.objectCalls += 1;
          return Reflect.apply(method, target, args);
        };
      },
    });
  return { getByName: (name: string) => counted(namespace.getByName(name) as Callable) } as unknown as Namespace;
}
