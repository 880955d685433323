import { createHash } from 'node:crypto';
import { describe, expect, test, vi } from 'vitest';
import { LevigateError } from '../../../src/contract/errors.ts';
import type { LeasedJob } from '../../../src/contract/worker-protocol.ts';
import type { TrainingRequest } from '../../../gpu-worker/src/device/device.ts';
import { GatewayError } from '../../../gpu-worker/src/gateway-api/gateway-error.ts';
import { widenHalfs } from '../../../gpu-worker/src/runtime/half-floats.ts';
import { runJob } from '../../../gpu-worker/src/jobs/run-job.ts';
import { createFakeBackbones, createFakeDevice, MAX_TOKENS, outcome, TAPS, WIDTH } from './support/fake-device.ts';
import type { Train } from './support/fake-device.ts';
import { createFakeGateway, leasedFile, leasedJob } from './support/fake-gateway.ts';
import type { FakeGateway } from './support/fake-gateway.ts';

const succeed: Train = async function* () {
  yield { type: 'progress', fraction: 0.5 };
  return outcome();
};

async function run(gateway: FakeGateway, train: Train, options: { lease?: LeasedJob; shutdown?: AbortSignal } = {}) {
  const device = createFakeDevice(train);
  const deps = { client: gateway.client, device, backbones: createFakeBackbones(device) };
  await runJob(deps, options.lease ?? leasedJob(), options.shutdown ?? new AbortController().signal);
  return gateway.ends;
}

/** Trains until its signal fires, then ends as the device does: with the signal's reason. */
const untilStopped: Train = async function* ({ signal }) {
  yield { type: 'checkpoint', step: 1, bytes: Uint8Array.of(1) };
  yield { type: 'checkpoint', step: 2, bytes: Uint8Array.of(2) };
  const { promise, resolve } = Promise.withResolvers<void>();
  signal.addEventListener('abort', () => resolve());
  await promise;
  throw signal.reason;
};

describe('a job that goes well', () => {
  test('uploads adapter, report and curve, then completes with the hash of what it uploaded', async () => {
    const gateway = createFakeGateway();
    const [end] = await run(gateway, succeed);
    expect([...gateway.uploads.keys()].sort()).toEqual(['adapter', 'report', 'result']);
    const adapter = gateway.uploads.get('adapter') ?? new Uint8Array();
    expect(end).toMatchObject({
      kind: 'complete',
      body: {
        lease_token: 'token-1',
        adapter_sha256: createHash('sha256').update(adapter).digest('hex'),
        method: 'levi',
        labels: ['even', 'odd'],
      },
    });
    expect(new TextDecoder().decode(gateway.uploads.get('result'))).toBe(
      'step,train_loss,train_accuracy,valid_loss,valid_mean_token_accuracy,method,epoch\n10,0.5,0.75,0.25,1,levi,1\n',
    );
  });

  test('reads CSV by the columns of the request', async () => {
    const gateway = createFakeGateway();
    const rows = Array.from({ length: 12 }, (_, index) => `Hi;"text; ${index}";${index % 2 === 0 ? 'even' : 'odd'}`);
    const content = `subject;body;intent\n${rows.join('\n')}\n`;
    gateway.files.set('file-csv', content);
    let seen: TrainingRequest | undefined;
    const spy: Train = (request) => {
      seen = request;
      return succeed(request);
    };
    const levi = { columns: { text: ['subject', 'body'], label: 'intent' } };
    await run(gateway, spy, { lease: leasedJob({ training_file: leasedFile('file-csv', content), levi }) });
    expect(seen?.input.train.records).toHaveLength(12);
    expect(seen?.input.train.records[3]).toEqual({
      id: 'line:5',
      text: 'subject: Hi\nbody: text; 3',
      label: 'odd',
    });
  });

  test('puts what it found in the files into the report, by the line numbers of the file', async () => {
    const gateway = createFakeGateway();
    const shift = '{"text": "\uFFFD damaged", "label": "odd"}';
    gateway.files.set('file-shift', shift);
    const lease = leasedJob({ shift_files: [{ ...leasedFile('file-shift', shift), name: 'chat' }] });
    await run(gateway, succeed, { lease });
    const report = JSON.parse(new TextDecoder().decode(gateway.uploads.get('report')));
    expect(report.lint).toContainEqual(
      expect.objectContaining({ code: 'encoding_damage', file: 'levi.shift_files.0.file', rows: [1] }),
    );
  });

  test('hands the device the features of each row, in file order, and the shifts under their names', async () => {
    const gateway = createFakeGateway();
    const shift = '{"text": "abc", "label": "odd"}';
    gateway.files.set('file-shift', shift);
    let seen: TrainingRequest | undefined;
    const spy: Train = (request) => {
      seen = request;
      return succeed(request);
    };
    const lease = leasedJob({ shift_files: [{ ...leasedFile('file-shift', shift), name: 'chat' }] });
    await run(gateway, spy, { lease });
    const lengths = seen?.input.train.records.map(({ text }) => Math.min(text.length, MAX_TOKENS));
    const features = widenHalfs(seen?.halfs.get('train') ?? new Uint16Array());
    expect(lengths?.map((_, row) => features[row * TAPS * WIDTH])).toEqual(lengths);
    expect(seen?.input.shifts.map(({ title }) => title)).toEqual(['chat']);
    expect(seen?.input.provenance).toMatchObject({ maxLength: MAX_TOKENS, backboneFingerprint: 'fingerprint-of-tiny' });
  });

  test('adds the held-out rows as corruptions change them, with features of their own; those that change nothing are not there', async () => {
    const gateway = createFakeGateway();
    const rows = Array.from({ length: 40 }, (_, row) =>
      JSON.stringify({ text: `wordy ${row}`, label: row % 2 === 0 ? 'even' : 'odd' }),
    );
    gateway.files.set('file-train', rows.join('\n'));
    let seen: TrainingRequest | undefined;
    const spy: Train = (request) => {
      seen = request;
      return succeed(request);
    };
    const lease = leasedJob({
      training_file: leasedFile('file-train', rows.join('\n')),
      levi: { corruptions: ['truncation', 'blur', 'unseen_ids'] },
    });
    await run(gateway, spy, { lease });
    const [shift, ...others] = seen?.input.shifts ?? [];
    expect(others).toEqual([]);
    expect(shift).toMatchObject({ title: 'truncation', corrupted: { changed: shift?.records.map(() => true) } });
    expect(shift?.records.map(({ text }) => text)).toEqual(shift?.records.map(() => 'wordy'));
    const features = widenHalfs(seen?.halfs.get(shift?.name ?? '') ?? new Uint16Array());
    expect(shift?.records.map((_, row) => features[row * TAPS * WIDTH])).toEqual(shift?.records.map(() => 5));
    const labels = shift?.corrupted?.rows.map((row) => (row % 2 === 0 ? 'even' : 'odd'));
    expect(shift?.records.map(({ label }) => label)).toEqual(labels);
  });

  test('resumes from the checkpoint of an earlier attempt', async () => {
    const gateway = createFakeGateway();
    let checkpoint: Uint8Array | null = null;
    const spy: Train = (request) => {
      ({ checkpoint } = request.input);
      return succeed(request);
    };
    await run(gateway, spy, { lease: leasedJob({ has_checkpoint: true, attempt: 2 }) });
    expect(checkpoint).toEqual(gateway.checkpoint);
  });

  test('says how many texts were truncated', async () => {
    const gateway = createFakeGateway();
    const long = '{"text": "a text of more than sixteen characters", "label": "odd"}\n'.repeat(3);
    gateway.files.set('file-train', long);
    const [end] = await run(gateway, succeed, { lease: leasedJob({ training_file: leasedFile('file-train', long) }) });
    const told = [
      ...gateway.heartbeats.flatMap(({ events }) => events),
      ...(end?.kind === 'complete' ? end.body.events : []),
    ];
    expect(told).toContainEqual(
      expect.objectContaining({ level: 'warn', data: { truncated_texts: 3, texts: 3, max_length: MAX_TOKENS } }),
    );
  });

  test('outlives a gateway that is away while it uploads and completes', async () => {
    const gateway = createFakeGateway();
    const away = () => new GatewayError('connection refused', { status: 0 });
    gateway.failures.push(away(), new GatewayError('restarting', { status: 503 }));
    const ends = await run(gateway, succeed);
    expect(ends.map(({ kind }) => kind)).toEqual(['complete']);
  });
});

describe('a job that ends otherwise', () => {
  test("a mistake in the user's file fails it for good, with the file's line", async () => {
    const gateway = createFakeGateway();
    gateway.files.set('file-train', 'not json');
    const ends = await run(gateway, succeed, {
      lease: leasedJob({ training_file: leasedFile('file-train', 'not json') }),
    });
    expect(ends).toMatchObject([
      { kind: 'fail', body: { retryable: false, error: { code: 'invalid_training_file', param: 'training_file' } } },
    ]);
    expect(JSON.stringify(ends)).toContain('line 1');
  });

  test('a device that died leaves the last checkpoint and asks for another attempt', async () => {
    const gateway = createFakeGateway();
    const crash: Train = async function* () {
      yield { type: 'checkpoint', step: 1, bytes: Uint8Array.of(7) };
      throw new LevigateError('worker_failed', 'the device process ended');
    };
    const ends = await run(gateway, crash);
    expect(ends).toMatchObject([{ kind: 'fail', body: { retryable: true, error: { code: 'worker_failed' } } }]);
    expect(gateway.uploads.get('checkpoint')).toEqual(Uint8Array.of(7));
  });

  test.each([
    ['cancel', 'cancelled'],
    ['pause', 'paused'],
  ] as const)('the order %s stops it and releases it as %s', async (order, expected) => {
    const gateway = createFakeGateway();
    const train: Train = (request) => {
      gateway.order = order;
      return untilStopped(request);
    };
    const ends = await run(gateway, train);
    expect(ends).toMatchObject([{ kind: 'release', body: { outcome: expected } }]);
  });

  test('a shutdown keeps the newest checkpoint and gives the job back', async () => {
    const gateway = createFakeGateway();
    const stop = new AbortController();
    const running = run(gateway, untilStopped, { shutdown: stop.signal });
    await vi.waitUntil(() => gateway.uploads.has('checkpoint'));
    stop.abort();
    expect(await running).toMatchObject([{ kind: 'release', body: { outcome: 'requeue' } }]);
    expect(gateway.uploads.get('checkpoint')).toEqual(Uint8Array.of(2));
  });

  test('a lost lease ends in silence: nothing more is written', async () => {
    const gateway = createFakeGateway();
    const train: Train = async function* (request) {
      gateway.order = 'lost';
      const { promise, resolve } = Promise.withResolvers<void>();
      request.signal.addEventListener('abort', () => resolve());
      await promise;
      yield { type: 'checkpoint', step: 1, bytes: Uint8Array.of(1) };
      throw request.signal.reason;
    };
    expect(await run(gateway, train)).toEqual([]);
    expect([...gateway.uploads]).toEqual([]);
  });
});
