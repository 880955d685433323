import { defineConfig } from 'oxlint';
import type { OxlintOverride } from 'oxlint';
import { FOLDERS, IMPORT_TABLE } from './scripts/import-table.ts';

/** One override per folder: what the table does not allow, lint refuses. */
const importRestrictions = Object.entries(IMPORT_TABLE).map(([folder, { folders }]): OxlintOverride => ({
  files: [`${folder}/**`],
  rules: {
    'no-restricted-imports': [
      'error',
      {
        patterns: FOLDERS.filter((other) => other !== folder && !folders.includes(other)).map((other) => ({
          group: [`**/${other.replace(/^src\//, '').replace(/\/src$/, '')}/**`],
          message: `${folder} may not import ${other}: see scripts/import-table.ts`,
        })),
      },
    ],
  },
}));

export default defineConfig({
  plugins: ['typescript', 'import', 'unicorn', 'oxc', 'promise'],
  categories: { correctness: 'error', suspicious: 'error' },
  ignorePatterns: [
    'dist',
    'gpu-worker/dist',
    'migrations',
    '.wrangler',
    'functions/bindings.d.ts',
    'bench/peers',
    '.levigate',
  ],
  rules: {
    'typescript/no-explicit-any': 'error',
    'typescript/no-non-null-assertion': 'error',
    'typescript/no-floating-promises': 'error',
    'typescript/no-misused-promises': 'error',
    'typescript/switch-exhaustiveness-check': 'error',
    'typescript/consistent-type-imports': 'error',
    'typescript/no-unnecessary-type-assertion': 'error',
    'typescript/no-unsafe-type-assertion': 'off',
    'typescript/no-unsafe-return': 'error',
    'typescript/no-namespace': 'error',
    'import/no-cycle': 'error',
    'import/no-default-export': 'error',
    'import/no-unassigned-import': 'off',
    eqeqeq: 'error',
    'no-console': 'error',
    'no-await-in-loop': 'off',
    'no-shadow': 'off',
    'no-underscore-dangle': 'off',
    'promise/always-return': 'off',
    'unicorn/no-array-sort': 'off',
    'unicorn/no-array-reverse': 'off',
    'unicorn/consistent-function-scoping': 'off',
    'max-lines': ['error', { max: 300, skipBlankLines: true, skipComments: true }],
  },
  overrides: [
    ...importRestrictions,
    {
      files: ['*.config.ts', 'functions/cloudflare.ts', 'tests/workers/support/*-worker.ts'],
      rules: { 'import/no-default-export': 'off' },
    },
    {
      files: ['src/cli/**', 'bench/**', 'scripts/**', 'examples/**', 'tests/**'],
      rules: { 'no-console': 'off' },
    },
    { files: ['tests/**', 'bench/**'], rules: { 'max-lines': 'off' } },
    // A test asserts the shape of an answer's JSON, so its helpers hand it on untyped.
    { files: ['tests/**'], rules: { 'typescript/no-unsafe-return': 'off' } },
  ],
});
