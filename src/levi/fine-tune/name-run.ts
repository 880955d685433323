import type { Run } from './prepare-run.ts';

/** What makes two runs the same: then a checkpoint of one continues the other. */
export function nameRun({ input, question, choosing, rows }: Run): string {
  const { config, seed, provenance, train, validation } = input;
  return JSON.stringify({
    config,
    seed,
    backbone: provenance.backboneFingerprint,
    file: provenance.trainingFileSha256,
    rows: [train.records.length, validation?.records.length ?? 0, rows.train.length],
    task: question.task,
    outputs: choosing.data.outputs,
    ngrams: choosing.data.ngrams,
  });
}
