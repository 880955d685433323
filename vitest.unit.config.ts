import { configDefaults, defineConfig } from 'vitest/config';

/**
 * What `npm test` has beside the inner loop: what computes for half a second or more (simulations of thousands of draws, comparisons of whole
 * trainings), starts processes and kills them, or loads wrangler or Transformers.js.
 */
const SLOW = [
  'tests/unit/backbones/package-index-source.test.ts',
  'tests/unit/backbones/prepare-backbone.test.ts',
  'tests/unit/backbones/prepare-image.test.ts',
  'tests/unit/cli/cloudflare.test.ts',
  'tests/unit/cli/doctor-cloudflare.test.ts',
  'tests/unit/cli/doctor-machine.test.ts',
  'tests/unit/cli/migrate.test.ts',
  'tests/unit/cli/program.test.ts',
  'tests/unit/levi/adapter.test.ts',
  'tests/unit/levi/assurance-tasks.test.ts',
  'tests/unit/levi/assurance.test.ts',
  'tests/unit/levi/comparisons.test.ts',
  'tests/unit/levi/drift.test.ts',
  'tests/unit/levi/export-opsets.test.ts',
  'tests/unit/levi/fields-task.test.ts',
  'tests/unit/levi/fine-tune.test.ts',
  'tests/unit/levi/groups.test.ts',
  'tests/unit/levi/guarantees.test.ts',
  'tests/unit/levi/host-predictor.test.ts',
  'tests/unit/levi/image-folder.test.ts',
  'tests/unit/levi/intervals.test.ts',
  'tests/unit/levi/lint.test.ts',
  'tests/unit/levi/metrics.test.ts',
  'tests/unit/levi/parquet.test.ts',
  'tests/unit/levi/report-csv.test.ts',
  'tests/unit/levi/report-figures.test.ts',
  'tests/unit/levi/rounded-weights.test.ts',
  'tests/unit/levi/search-run.test.ts',
  'tests/unit/levi/seeds.test.ts',
  'tests/unit/levi/shift-never-chooses.test.ts',
  'tests/unit/levi/task-model.test.ts',
  'tests/unit/levi/tasks.test.ts',
  'tests/unit/levi/training-file.test.ts',
  'tests/unit/levi/typicality.test.ts',
  'tests/unit/platform/cloudflare/wrangler-config.test.ts',
  'tests/unit/sdk/resources.test.ts',
  'tests/unit/services/leases/kill.test.ts',
  'tests/unit/services/leases/race.test.ts',
  'tests/unit/services/upkeep/sweep-orphan-blobs.test.ts',
  'tests/unit/webhooks/outbox.test.ts',
  'tests/unit/worker/answers-under-load.test.ts',
  'tests/unit/worker/device-lanes.test.ts',
  'tests/unit/worker/device-supervisor.test.ts',
  'tests/unit/worker/features/feature-disk.test.ts',
  'tests/unit/worker/image-job.test.ts',
  'tests/unit/worker/images/image-views.test.ts',
  'tests/unit/worker/run-job.test.ts',
  'tests/unit/worker/tokenizer.test.ts',
];

/** The inner loop, `npm run test:unit`: one process a core, in which a module is evaluated once for all files. */
export default defineConfig({
  test: {
    include: ['tests/unit/**/*.test.ts'],
    exclude: [...configDefaults.exclude, ...SLOW],
    pool: 'forks',
    isolate: false,
    maxWorkers: '100%',
    // Node reads the 180 kB of drizzle-orm's package.json again for each of its hundreds of modules; bundled it is one.
    deps: {
      optimizer: {
        ssr: {
          enabled: true,
          include: [
            'drizzle-orm',
            'drizzle-orm/sqlite-core',
            'drizzle-orm/sqlite-proxy',
            'drizzle-orm/sqlite-proxy/migrator',
          ],
        },
      },
    },
    testTimeout: 30_000,
  },
});
