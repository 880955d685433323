import { stripVTControlCharacters } from 'node:util';
import { z } from 'zod';
import { parseJsonOutput } from './parse-json.ts';

const MAX_CHARS = 400;

/** With --json a failure is JSON too. */
const JsonFailure = z.object({
  error: z.union([
    z.string(),
    z.object({ text: z.string(), notes: z.array(z.object({ text: z.string() })).default([]) }),
  ]),
});

/** Why wrangler failed, on one line: what stands after `[ERROR]` with the API's own words below it, or the error of its JSON. */
export function reasonOf(stdout: string, stderr: string): string {
  return (jsonReason(stdout) ?? markedReason(`${stderr}\n${stdout}`) ?? 'no reason was given').slice(0, MAX_CHARS);
}

function jsonReason(stdout: string): string | null {
  const error = parseJsonOutput(stdout, JsonFailure)?.error;
  if (error === undefined) return null;
  return typeof error === 'string' ? error : [error.text, ...error.notes.map(({ text }) => text)].join(' ');
}

function markedReason(output: string): string | null {
  const lines = stripVTControlCharacters(output)
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  const first = lines.findIndex((line) => line.includes('[ERROR]'));
  const message = first === -1 ? lines : lines.slice(first);
  const end = message.findIndex((line) => /^(If you think this is a bug|🪵|Logs were written)/u.test(line));
  const kept = (end === -1 ? message : message.slice(0, end)).map((line) => line.replace(/^.*\[ERROR\]\s*/, ''));
  return kept.length === 0 ? null : kept.join(' ');
}
