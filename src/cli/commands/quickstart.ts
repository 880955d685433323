import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { Levigate } from '../../sdk/index.ts';
import type { Job, PredictResponse } from '../../sdk/index.ts';
import { dataFolder, findApiKey } from '../connect.ts';
import { formatPredictions } from '../format-predictions.ts';
import { formatReport } from '../report-table.ts';
import { startServerProcess } from '../server-process.ts';
import { startWebhookReceiver } from '../webhook-receiver.ts';
import type { WebhookReceiver } from '../webhook-receiver.ts';
import { terminalColumns, wrapText } from '../wrap-text.ts';
import { uploadFile } from '../upload-file.ts';
import { waitForJob } from './train.ts';

/** The repository's root, from the built dist/cli.mjs. */
const root = join(import.meta.dirname, '..');
const EXAMPLE = join(root, 'examples/support-tickets');
const WEBHOOK_DEADLINE_MS = 30_000;

export function addQuickstartCommand(program: Command): void {
  program
    .command('quickstart')
    .description('the whole way once: server, fine-tune on the support tickets, webhook, predictions')
    .option('--cloudflare', "with the gateway in Cloudflare's own runtime, as wrangler has it for this machine")
    .action(runQuickstart);
}

async function runQuickstart({ cloudflare = false }: { readonly cloudflare?: boolean }): Promise<void> {
  const args = cloudflare ? ['--cloudflare'] : [];
  step('1. Starting gateway and worker');
  await using server = await startServerProcess({
    script: join(root, 'dist/cli.mjs'),
    args,
    env: { ...process.env, PORT: process.env['PORT'] ?? '0', LEVIGATE_ALLOW_PRIVATE_WEBHOOKS: '1' },
    onLine: (line) => console.log(`  ${line}`),
  });
  console.log(`  ready at ${server.url}, data in ${dataFolder()}`);
  const client = new Levigate({ apiKey: findApiKey(), baseUrl: `${server.url}/v1` });

  await using receiver = await startWebhookReceiver();
  const endpoint = await client.webhookEndpoints.create({ url: receiver.url, name: 'quickstart' });
  receiver.secret = endpoint.signing_secret;

  const job = await fineTune(client);
  await showWebhook(receiver, job);
  await showPredictions(client, job);
  await client.webhookEndpoints.delete(endpoint.id);
  const start = ['npm start', ...args].join(' -- ');
  console.log(`\nThe adapter stays in ${dataFolder()}: "${start}" serves it. Next: npm run levigate -- --help`);
}

async function fineTune(client: Levigate): Promise<Job> {
  step('2. Fine-tuning on e-mail; chat is the shift nobody trains on');
  const [email, chat] = await Promise.all(
    ['email.jsonl', 'chat.jsonl'].map((name) => uploadFile(client, join(EXAMPLE, name))),
  );
  if (!email || !chat) throw new Error('internal: two files were uploaded');
  const { id } = await client.jobs.create({
    model: 'all-minilm-l6-v2',
    training_file: email.id,
    suffix: 'tickets',
    seed: 1,
    levi: { shift_files: [{ name: 'chat', file: chat.id }] },
  });
  const job = await waitForJob(client, id);
  step('3. What came of it');
  console.log(formatReport(await client.jobs.report(id), terminalColumns()));
  return job;
}

async function showWebhook(receiver: WebhookReceiver, job: Job): Promise<void> {
  step('4. The webhook');
  const deadline = AbortSignal.timeout(WEBHOOK_DEADLINE_MS);
  const event = await Promise.race([
    receiver.received,
    new Promise<never>((_resolve, reject) => {
      deadline.addEventListener('abort', () => reject(new Error('no webhook arrived within 30 s')), { once: true });
    }),
  ]);
  if (event.data.id !== job.id) throw new Error(`the webhook speaks of ${event.data.id}, not of ${job.id}`);
  console.log(`  ${event.type} ${event.data.id}, signature verified`);
}

async function showPredictions(client: Levigate, job: Job): Promise<void> {
  step('5. Predictions on chat messages');
  const records = readFileSync(join(EXAMPLE, 'chat.jsonl'), 'utf8').trim().split('\n');
  const texts = [3, 31, 59, 87, 115].map((row) => textOf(records[row % records.length] ?? '{}'));
  const answer: PredictResponse = await client.predict({
    model: job.fine_tuned_model ?? '',
    input: texts,
    top_k: 3,
    views: true,
  });
  const columns = terminalColumns();
  // Indented by two.
  for (const line of formatPredictions(answer.data, texts, columns && columns - 2)) console.log(`  ${line}`);
  const [first] = answer.data;
  if (first?.views) {
    const views = first.views.map(({ layer, labels }) => `${layer}: ${labels[0]?.label ?? ''}`).join('  ');
    const disagreement = `(disagreement ${first.disagreement.toFixed(3)} bits)`;
    console.log(wrapText(`views of the first, by layer: ${views}  ${disagreement}`, columns));
  }
}

function textOf(line: string): string {
  const record: unknown = JSON.parse(line);
  return typeof record === 'object' && record !== null && 'text' in record ? String(record.text) : '';
}

const step = (title: string): void => console.log(`\n${title}`);
