import { arch, availableParallelism, cpus, platform, totalmem } from 'node:os';

export function describeMachine(): string {
  const gib = Math.round(totalmem() / 2 ** 30);
  return `${cpus()[0]?.model ?? 'unknown CPU'}, ${availableParallelism()} threads, ${gib} GiB, ${platform()} ${arch()}, Node ${process.versions.node}`;
}
