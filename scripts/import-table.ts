/**
 * Who may import whom. The linter builds its restrictions from this table and one test reads it too
 * (tests/unit/import-table.test.ts), so that the architecture is held by a machine.
 * `packages` lists what a folder may import from outside; `node:` modules count as packages.
 */
interface FolderRule {
  readonly folders: readonly string[];
  readonly packages: readonly string[];
}

export const IMPORT_TABLE: Readonly<Record<string, FolderRule>> = {
  'src/contract': { folders: [], packages: ['zod'] },
  'src/engine': { folders: ['src/contract'], packages: [] },
  'src/levi': { folders: ['src/contract', 'src/engine'], packages: ['hyparquet', 'modern-tar', 'zod'] },
  'src/telemetry': { folders: [], packages: ['@logtape/logtape'] },
  'src/store': { folders: ['src/contract'], packages: ['drizzle-orm'] },
  'src/services': {
    folders: ['src/contract', 'src/store', 'src/levi', 'src/telemetry'],
    packages: ['node:crypto', '@logtape/logtape', 'zod'],
  },
  'src/gateway': {
    folders: ['src/contract', 'src/services', 'src/telemetry'],
    packages: ['hono', '@hono/zod-openapi', '@logtape/logtape', 'zod', 'node:crypto'],
  },
  'src/platform/neutral': {
    folders: ['src/contract', 'src/services', 'src/store'],
    packages: ['ipaddr.js', 'node:crypto', 'zod'],
  },
  'src/platform/node': {
    folders: ['src/contract', 'src/services', 'src/store', 'src/telemetry', 'src/platform/neutral'],
    packages: ['node:*', '@hono/node-server', 'drizzle-orm', 'undici', 'ipaddr.js', '@logtape/logtape', 'zod'],
  },
  'src/platform/cloudflare': {
    folders: ['src/contract', 'src/services', 'src/store', 'src/telemetry', 'src/platform/neutral'],
    packages: [
      'node:crypto',
      'cloudflare:workers',
      '@cloudflare/containers',
      '@logtape/logtape',
      'aws4fetch',
      'drizzle-orm',
      'zod',
    ],
  },
  'src/sdk': { folders: ['src/contract'], packages: [] },
  'src/cli': {
    // platform/node for its settings alone: `doctor` judges an environment by the rules of the gateway that will read it.
    // levi to read the files that `graph` draws.
    folders: ['src/contract', 'src/levi', 'src/sdk', 'src/platform/node', 'functions'],
    packages: ['node:*', 'commander', '@clack/prompts', '@logtape/logtape', 'modern-tar', 'smol-toml', 'zod'],
  },
  'gpu-worker/src': {
    folders: ['src/contract', 'src/engine', 'src/levi', 'src/telemetry'],
    packages: [
      'node:*',
      '@hono/node-server',
      '@huggingface/tokenizers',
      '@huggingface/transformers',
      '@logtape/logtape',
      'hono',
      'lru-cache',
      'modern-tar',
      'onnxruntime-node',
      'sharp',
      'yauzl',
      'zod',
    ],
  },
};

/** Every folder of the table and what may be wired together only in entry points. */
export const FOLDERS: readonly string[] = [...Object.keys(IMPORT_TABLE), 'functions'];
