import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, statSync, symlinkSync } from 'node:fs';
import { basename, delimiter, dirname, join, resolve } from 'node:path';

export interface AssembledImage {
  /** The image's file system below its base. */
  readonly root: string;
  readonly workdir: string;
  readonly env: Readonly<Record<string, string>>;
  readonly command: readonly string[];
  readonly healthcheck: readonly string[];
  readonly user: string;
  readonly volumes: readonly string[];
}

interface Instruction {
  readonly name: string;
  readonly rest: string;
}
interface Stage {
  readonly name: string;
  readonly base: string;
  readonly instructions: readonly Instruction[];
}

/** The stages of a Dockerfile in order. */
export function parseDockerfile(text: string): readonly Stage[] {
  const lines = text
    .split('\n')
    .filter((line) => !line.startsWith('#') && line.trim() !== '')
    .join('\n')
    .replaceAll(/\\\n\s*/g, '')
    .split('\n');
  const stages: { name: string; base: string; instructions: Instruction[] }[] = [];
  for (const line of lines) {
    const [, name = '', rest = ''] = /^(\w+)\s+(.*)$/.exec(line) ?? [];
    const [, base = '', stage = ''] = /^(\S+) AS (\S+)$/.exec(rest) ?? [];
    if (name === 'FROM') stages.push({ name: stage, base, instructions: [] });
    else stages.at(-1)?.instructions.push({ name, rest });
  }
  return stages;
}

export interface AssembleOptions {
  /** Relative to the repository's root, which is the context. */
  readonly file: string;
  /** A stage's name; the last one when absent, as docker takes it. */
  readonly target?: string;
  readonly repository: string;
  /** Empty; everything is built below it. */
  readonly folder: string;
}

/**
 * Builds, in folders, what `docker build` would build in layers, for machines without a Docker engine: COPY copies from a
 * context cut by .dockerignore and from other stages, RUN runs npm and node. Base images are taken for granted.
 */
export function assembleImage({ file, target, repository, folder }: AssembleOptions): AssembledImage {
  const stages = parseDockerfile(readFileSync(join(repository, file), 'utf8'));
  const context = cutContext(repository, join(folder, 'context'));
  const built = new Map<string, Layers>();
  const build = (name: string): Layers => {
    const known = built.get(name);
    if (known) return known;
    const stage = stages.find((each) => each.name === name);
    if (!stage) throw new Error(`${file} has no stage ${name}`);
    const image = emptyImage(join(folder, name));
    if (stages.some((each) => each.name === stage.base)) inherit(image, build(stage.base));
    for (const instruction of stage.instructions)
      apply(instruction, { image, context, repository, stage: name, build });
    built.set(name, image);
    return image;
  };
  const image = build(target ?? stages.at(-1)?.name ?? '');
  return { ...image, command: [...image.entrypoint, ...image.command] };
}

/** An image while it is built. */
interface Layers {
  root: string;
  workdir: string;
  env: Record<string, string>;
  command: string[];
  entrypoint: string[];
  healthcheck: string[];
  user: string;
  volumes: string[];
}

const emptyImage = (root: string): Layers => {
  mkdirSync(root, { recursive: true });
  return { root, workdir: '/', env: {}, command: [], entrypoint: [], healthcheck: [], user: 'root', volumes: [] };
};

function inherit(image: Layers, base: Layers): void {
  copy(`${base.root}/.`, image.root);
  Object.assign(image, { ...base, root: image.root, env: { ...base.env } });
}

/** What .dockerignore lets through: everything is excluded but what a line with `!` names. */
function cutContext(repository: string, context: string): string {
  const lines = readFileSync(join(repository, '.dockerignore'), 'utf8').split('\n');
  if (!lines.includes('**'))
    throw new Error('.dockerignore is no list of what is allowed any more: teach cutContext its rules');
  for (const line of lines.filter((each) => each.startsWith('!'))) {
    const path = line.slice(1);
    mkdirSync(join(context, path, '..'), { recursive: true });
    copy(join(repository, path), join(context, path));
  }
  return context;
}

interface Scope {
  readonly image: Layers;
  readonly context: string;
  readonly repository: string;
  readonly stage: string;
  readonly build: (stage: string) => Layers;
}

function apply({ name, rest }: Instruction, scope: Scope): void {
  const { image } = scope;
  const within = (path: string): string => join(image.root, resolve(image.workdir, path));
  const actions: Readonly<Record<string, () => void>> = {
    WORKDIR: () => {
      image.workdir = rest;
      mkdirSync(within('.'), { recursive: true });
    },
    ENV: () => {
      for (const [, key = '', value = ''] of rest.matchAll(/(\w+)=(\S+)/g)) image.env[key] = value;
    },
    COPY: () => copyInto(scope, rest, within),
    RUN: () => runIn(scope, rest, within('.')),
    USER: () => void (image.user = rest),
    VOLUME: () => void (image.volumes = rest.startsWith('[') ? (JSON.parse(rest) as string[]) : [rest]),
    ENTRYPOINT: () => void (image.entrypoint = JSON.parse(rest) as string[]),
    CMD: () => void (image.command = JSON.parse(rest) as string[]),
    HEALTHCHECK: () => void (image.healthcheck = JSON.parse(rest.slice(rest.indexOf('['))) as string[]),
    EXPOSE: () => undefined,
    STOPSIGNAL: () => undefined,
  };
  const action = actions[name];
  if (!action) throw new Error(`${name} is not understood: teach tests/support/dockerfile.ts`);
  action();
}

function copyInto({ context, build }: Scope, rest: string, within: (path: string) => string): void {
  const from = /^--from=(\S+) /.exec(rest)?.[1];
  const paths = rest.replace(/^--from=\S+ /, '').split(' ');
  const destination = paths.at(-1) ?? '';
  for (const source of paths.slice(0, -1)) {
    // Of the base image, which is not there.
    if (source === '/usr/local/bin/node') continue;
    const origin =
      from === undefined ? join(context, source) : join(build(from).root, resolve(build(from).workdir, source));
    const isInto = destination.endsWith('/') && !statSync(origin).isDirectory();
    mkdirSync(join(within(destination), isInto ? '' : '..'), { recursive: true });
    copy(origin, isInto ? join(within(destination), basename(source)) : within(destination));
  }
}

/** npm and node run; users are not made, and the directories that belong to them are the test's own. */
function runIn({ repository, stage }: Scope, command: string, cwd: string): void {
  if (command.startsWith('useradd ')) return;
  // As the checkout has it: installed once for all tests.
  if (stage === 'build' && command === 'npm ci --ignore-scripts')
    return symlinkSync(join(repository, 'node_modules'), join(cwd, 'node_modules'));
  const env = { ...process.env, PATH: [dirname(process.execPath), process.env['PATH']].join(delimiter) };
  const { status, stderr } = spawnSync('sh', ['-c', command], { cwd, env, encoding: 'utf8', timeout: 200_000 });
  if (status !== 0) throw new Error(`RUN ${command} in ${stage}: exit ${status}\n${stderr.slice(-2_000)}`);
}

const copy = (from: string, to: string): void => cpSync(from, to, { recursive: true, verbatimSymlinks: true });
