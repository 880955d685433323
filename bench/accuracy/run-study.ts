import type { FineTuningReport, Levigate } from '../../src/sdk/index.ts';
import type { Study, StudyFile } from './study.ts';

/** One job per seed with every method, the report of each. */
export async function runStudy(
  client: Levigate,
  { model, train, shifts, columns }: Study,
  seeds: readonly number[],
): Promise<readonly FineTuningReport[]> {
  const upload = async ({ filename, content }: StudyFile): Promise<string> => {
    const file = typeof content === 'string' ? content : new Blob([content]);
    return (await client.files.create({ file, filename, purpose: 'fine-tune' })).id;
  };
  const trainingFile = await upload(train);
  const shiftFiles: { name: string; file: string }[] = [];
  for (const { name, file } of shifts) shiftFiles.push({ name, file: await upload(file) });
  const reports: FineTuningReport[] = [];
  for (const seed of seeds) {
    const { id } = await client.jobs.create({
      model,
      training_file: trainingFile,
      seed,
      levi: { shift_files: shiftFiles, baselines: 'all', ...(columns === undefined ? {} : { columns }) },
    });
    await client.jobs.wait(id);
    reports.push(await client.jobs.report(id));
  }
  return reports;
}
