import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startWebhookReceiver } from '../../src/cli/webhook-receiver.ts';
import { drawColouredPng } from '../support/draw-image.ts';
import { createDataFolder, descendantsOf, isBuilt, isRunning, startLevigate } from '../support/levigate-process.ts';
import type { DataFolder, LevigateProcess } from '../support/levigate-process.ts';
import { writeTinyVit } from '../support/write-tiny-vit.ts';
import { createZip } from '../support/zip-file.ts';

const COLOURS = { red: [190, 60, 60], blue: [60, 60, 190], green: [60, 170, 70] } as const;

const PLATFORMS: readonly (readonly [name: string, args: readonly string[]])[] = [
  ['Node', []],
  ["Cloudflare's local runtime", ['--cloudflare']],
];

describe.skipIf(!isBuilt()).each(PLATFORMS)(
  "the main job on %s, on images and a backbone of the operator's catalogue",
  (_, args) => {
    let data: DataFolder;
    let levigate: LevigateProcess;

    beforeAll(async () => {
      data = await createDataFolder();
      const env = {
        LEVIGATE_CATALOGUE: await writeTinyVit(data.path),
        LEVIGATE_BACKBONES: 'tiny-vit',
        LEVIGATE_CACHE: data.path,
      };
      levigate = await startLevigate(data.path, env, { args });
    });
    afterAll(async () => {
      await levigate?.[Symbol.asyncDispose]();
      await data?.[Symbol.asyncDispose]();
    });

    it('goes from a zip of folders over a webhook to a model that answers about base64, also after the worker was killed', async () => {
      const { client } = levigate;
      await using receiver = await startWebhookReceiver();
      receiver.secret = (await client.webhookEndpoints.create({ url: receiver.url })).signing_secret;
      const entries: Record<string, Uint8Array> = {};
      for (const [label, colour] of Object.entries(COLOURS)) {
        for (let seed = 0; seed < 16; seed += 1) entries[`${label}/${seed}.png`] = await drawColouredPng(colour, seed);
      }
      const file = await client.files.create({
        file: new Blob([createZip(entries)]),
        filename: 'colours.zip',
        purpose: 'fine-tune',
      });
      const request = {
        model: 'tiny-vit',
        training_file: file.id,
        hyperparameters: { n_epochs: 12 },
        levi: { method: 'levi' as const },
      };
      const created = await client.jobs.create(request);
      const job = await client.jobs.wait(created.id, { pollIntervalMs: 100 });
      expect(job).toMatchObject({ status: 'succeeded', trained_tokens: 48 * 80 });
      const model = job.fine_tuned_model ?? '';
      expect(await receiver.received).toMatchObject({ type: 'fine_tuning.job.succeeded', data: { id: job.id } });

      const seed = 99;
      const input = await Promise.all(
        Object.values(COLOURS).map(async (colour) => ({
          image: Buffer.from(await drawColouredPng(colour, seed)).toString('base64'),
        })),
      );
      const labels = async (): Promise<unknown[]> => {
        const { data: answers } = await client.predict({ model, input, views: true });
        expect(answers[0]?.views).toHaveLength(3);
        return answers.map(({ label }) => label);
      };
      expect(await labels()).toEqual(['red', 'blue', 'green']);
      await expect(client.predict({ model, input: 'a red square' })).rejects.toMatchObject({ status: 400 });

      await levigate.killWorker();
      await expect.poll(() => labels().catch(() => []), { timeout: 60_000 }).toEqual(['red', 'blue', 'green']);
    });

    it('ends with all of its processes on Ctrl-C', async () => {
      const before = await descendantsOf(levigate.pid);
      expect(before.length).toBeGreaterThan(args.length + 1);
      await levigate.interrupt();
      await expect.poll(() => before.filter(isRunning), { timeout: 10_000 }).toEqual([]);
      await expect(fetch(new URL('/health', levigate.url))).rejects.toThrow();
    });
  },
);
