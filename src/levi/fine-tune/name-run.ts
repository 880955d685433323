import type { Run } from '../run/prepare-run.ts';

/** What makes two runs the same: then a checkpoint of one continues the other. */
export function nameRun({ input, requested, question, choosing, rows }: Run): string {
  const { seed, provenance, train, validation } = input;
  return JSON.stringify({
    config: requested,
    seed,
    backbone: provenance.backboneFingerprint,
    file: provenance.trainingFileSha256,
    rows: [train.records.length, validation?.records.length ?? 0, rows.train.length],
    task: question.task,
    outputs: choosing.data.outputs,
    ngrams: choosing.data.ngrams,
  });
}
