import { z } from 'zod';
import { expect, test } from 'vitest';
import { FineTuningReport } from '../../../src/contract/index.ts';
import { createGatewayWithWorker } from '../../support/gateway-with-worker.ts';
import { createTestGateway } from '../../support/gateway.ts';
import type { GatewayWithWorker } from '../../support/gateway-with-worker.ts';
import { createJob } from '../../support/training-data.ts';
import { runToEnd, syntheticInput } from '../../unit/levi/synthetic-task.ts';

/** A succeeded job with this report. */
async function jobWithReport(gateway: GatewayWithWorker, report: object): Promise<string> {
  const id = await createJob(gateway);
  const worker = await gateway.startWorker();
  const lease = await worker.claim();
  if (!lease) throw new Error('nothing was queued');
  await worker.upload(lease, 'adapter', 'adapter');
  await worker.upload(lease, 'report', JSON.stringify(report));
  await worker.complete(lease);
  return id;
}

const PATH = (id: string, format = ''): string => `/v1/fine_tuning/jobs/${id}/report${format}`;
const SCHEMA = '/v1/fine_tuning/report.schema.json';

test('200: the report as JSON, and its table as a CSV file', async () => {
  await using gateway = await createGatewayWithWorker();
  const { report } = (await runToEnd(syntheticInput())).result;
  const id = await jobWithReport(gateway, report);
  expect(FineTuningReport.parse((await gateway.json(PATH(id))).body)).toEqual(report);
  expect((await gateway.json(PATH(id, '?format=json'))).body).toEqual(report);
  const csv = await gateway.request(PATH(id, '?format=csv'));
  expect(csv.status).toBe(200);
  expect(csv.headers.get('content-type')).toBe('text/csv; charset=utf-8; header=present');
  expect(csv.headers.get('content-disposition')).toContain(`attachment; filename="${id}-report.csv"`);
  const lines = (await csv.text()).split('\r\n');
  expect(lines[0]).toMatch(/^target,method,served,split,shift,n,/u);
  // The header, a line per method and split, and the end of the last line.
  expect(lines).toHaveLength(1 + report.methods.length * 2 + 1);
});

test('400: another format is refused, and so is a table of a report in another form', async () => {
  await using gateway = await createGatewayWithWorker();
  const id = await jobWithReport(gateway, { object: 'fine_tuning.report', served: 'levi' });
  const unknown = await gateway.json(PATH(id, '?format=xml'));
  expect({ status: unknown.status, param: unknown.body.error.param }).toEqual({ status: 400, param: 'format' });
  const old = await gateway.json(PATH(id, '?format=csv'));
  expect(old).toMatchObject({ status: 400, body: { error: { code: 'unsupported_option', param: 'format' } } });
});

test('404: there is no table either before the job succeeded', async () => {
  await using gateway = await createTestGateway();
  const { status, body } = await gateway.json(PATH(await createJob(gateway), '?format=csv'));
  expect({ status, code: body.error.code }).toEqual({ status: 404, code: 'not_found' });
});

test('200: the schema needs no key, and says what a report is', async () => {
  await using gateway = await createTestGateway();
  const { status, body } = await gateway.json(SCHEMA, { secret: null });
  expect(status).toBe(200);
  expect(body).toMatchObject({
    $id: `${gateway.origin}${SCHEMA}`,
    $schema: 'https://json-schema.org/draft/2020-12/schema',
  });
  const { $id: _, title: __, ...schema } = body;
  // Read back from the document alone, not from our own types.
  const reader = z.fromJSONSchema(schema);
  const { report } = (await runToEnd(syntheticInput())).result;
  expect(reader.safeParse(report).success).toBe(true);
  const { verdict: ___, ...without } = report;
  expect(reader.safeParse(without).success).toBe(false);
  // A later release may say more.
  expect(reader.safeParse({ ...report, new_figure: 1 }).success).toBe(true);
});
