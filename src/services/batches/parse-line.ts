import { BatchLine, firstMistake } from '../../contract/index.ts';
import type { BatchError } from '../../contract/index.ts';
import type { BatchRow } from '../../store/queries/batches.ts';
import type { BatchLineText } from './read-lines.ts';

/** A request, or what is wrong with its line. */
export type ParsedLine =
  | { readonly kind: 'request'; readonly request: BatchLine }
  | { readonly kind: 'blank' }
  | { readonly kind: 'error'; readonly error: BatchError };

export function parseBatchLine({ text, line }: BatchLineText, { endpoint }: Pick<BatchRow, 'endpoint'>): ParsedLine {
  if (text === null) return wrong(line, 'invalid_json_line', 'is longer than 16 MB, or not UTF-8');
  if (text.trim() === '') return { kind: 'blank' };
  const value = parseJson(text);
  if (value === undefined) return wrong(line, 'invalid_json_line', 'is not JSON: every line is one JSON object');
  const parsed = BatchLine.safeParse(value);
  if (!parsed.success) {
    const { path, message, isMissing } = firstMistake(parsed.error);
    const code = isMissing ? 'missing_required_parameter' : 'invalid_parameter';
    return wrong(line, code, `"${path || 'the line'}": ${message}`, path || null);
  }
  const { url, body } = parsed.data;
  if (url !== endpoint)
    return wrong(line, 'mismatched_url', `asks for ${url}, and the batch is for ${endpoint}`, 'url');
  if (body['stream'] === true)
    return wrong(line, 'unsupported_option', 'asks for a stream, which a file cannot hold', 'body.stream');
  return { kind: 'request', request: parsed.data };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const wrong = (line: number, code: string, problem: string, param: string | null = null): ParsedLine => ({
  kind: 'error',
  error: { code, message: `line ${line} ${problem}`, param, line },
});
