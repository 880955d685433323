import type { Command } from 'commander';
import type { EventType, WebhookDelivery } from '../../sdk/index.ts';
import { connect } from '../connect.ts';
import { formatTime } from '../format-time.ts';
import { assertNoArguments, parseWholeNumber } from '../parse-arguments.ts';
import { formatColumns } from '../report-table.ts';

export function addWebhookCommands(program: Command): void {
  const webhooks = program.command('webhooks').description('webhook endpoints of this project');
  addEndpointCommands(webhooks);
  addDeliveryCommands(webhooks);
}

function addEndpointCommands(webhooks: Command): void {
  const list = webhooks.command('list', { isDefault: true }).description('the endpoints').allowExcessArguments();
  list.action(async (_options: object, command: Command) => {
    assertNoArguments(command);
    const { data } = await connect(command).webhookEndpoints.list();
    const rows = data.map(({ id, status, url, disabled_reason: reason }) => [id, status, url, reason ?? '']);
    console.log(formatColumns([['id', 'status', 'url', ''], ...rows]));
  });

  webhooks
    .command('create')
    .description('have events sent to a URL of yours; prints the signing secret')
    .argument('<url>')
    .option('--name <name>', 'to tell it from others')
    .option('--event <type...>', 'such as fine_tuning.job.succeeded; every end of a job and every drift when absent')
    .action(async (url: string, { name, event }: { name?: string; event?: EventType[] }, command: Command) => {
      const endpoint = await connect(command).webhookEndpoints.create({ url, name, event_types: event });
      console.log(`${endpoint.signing_secret}\n(shown this once; ${endpoint.id})`);
    });

  webhooks
    .command('enable')
    .description('send again to an endpoint that was given up')
    .argument('<id>')
    .action(async (id: string, _options: object, command: Command) => {
      const { status } = await connect(command).webhookEndpoints.update(id, { status: 'enabled' });
      console.log(`${id} ${status}`);
    });

  webhooks
    .command('delete')
    .description('send nothing more, and forget its deliveries')
    .argument('<id>')
    .action(async (id: string, _options: object, command: Command) => {
      await connect(command).webhookEndpoints.delete(id);
      console.log(`${id} deleted`);
    });
}

function addDeliveryCommands(webhooks: Command): void {
  webhooks
    .command('test')
    .description('send a sample event, and tell what the receiver answered')
    .argument('<id>')
    .option('--event <type>', 'of the sample; webhook.test when absent')
    .action(async (id: string, { event }: { event?: EventType }, command: Command) => {
      const result = await connect(command).webhookEndpoints.test(id, { event_type: event });
      if (!result.success) throw new Error(`${result.event_type} did not arrive: ${result.error ?? 'no answer'}`);
      console.log(`${result.event_type} arrived: the receiver answered ${result.status_code}`);
    });

  webhooks
    .command('deliveries')
    .description('what was sent when, and the answers, newest first')
    .argument('<id>')
    .option('--limit <number>', 'how many', parseWholeNumber, 20)
    .action(async (id: string, { limit }: { limit: number }, command: Command) => {
      const { data } = await connect(command).webhookEndpoints.deliveries(id, { limit });
      console.log(formatColumns([['id', 'event', 'status', 'attempts', 'last', 'answer'], ...data.map(toRow)]));
    });

  webhooks
    .command('replay')
    .description('send a delivery again, under its old webhook-id')
    .argument('<id>', 'the endpoint')
    .argument('<delivery>', 'see deliveries')
    .action(async (id: string, delivery: string, _options: object, command: Command) => {
      const replayed = await connect(command).webhookEndpoints.replay(id, delivery);
      console.log(`${replayed.id} ${replayed.status}`);
    });
}

const toRow = (delivery: WebhookDelivery): readonly string[] => [
  delivery.id,
  delivery.event_type,
  delivery.status,
  String(delivery.attempts),
  delivery.last_attempt_at === null ? '' : formatTime(delivery.last_attempt_at),
  delivery.error ?? String(delivery.response_status ?? ''),
];
