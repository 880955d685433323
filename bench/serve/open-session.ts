import { InferenceSession } from 'onnxruntime-node';

/** What a worker cannot do without: a fresh process that opens the backbone's session. Arguments: the graph, how many threads. */
const [path = '', threads = '1'] = process.argv.slice(2);

const startedMs = performance.now();
await InferenceSession.create(path, {
  executionProviders: ['cpu'],
  graphOptimizationLevel: 'all',
  executionMode: 'sequential',
  intraOpNumThreads: Number(threads),
  interOpNumThreads: 1,
  logSeverityLevel: 3,
});
process.stdout.write(`created ${performance.now() - startedMs}\n`);
