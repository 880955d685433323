import { LevigateError } from '../../../contract/index.ts';
import type { ChatCompletionRequest } from '../../../contract/index.ts';

type Option = keyof ChatCompletionRequest;

/** What only a model that writes can do: when it is asked for, and what to do instead. */
const UNSUPPORTED: readonly (readonly [Option, (request: ChatCompletionRequest) => boolean, string])[] = [
  [
    'tools',
    ({ tools }) => (tools?.length ?? 0) > 0,
    'a classifier calls no tools. Train it on the name of the tool to be called, and call that',
  ],
  ['functions', ({ functions }) => (functions?.length ?? 0) > 0, 'a classifier calls no functions'],
  [
    'tool_choice',
    ({ tool_choice: choice }) => choice !== undefined && choice !== null && choice !== 'none' && choice !== 'auto',
    'a classifier calls no tools',
  ],
  [
    'n',
    ({ n }) => (n ?? 1) > 1,
    'a classifier has one answer and samples none: the other labels and their probabilities are in "logprobs" with "top_logprobs"',
  ],
  [
    'modalities',
    ({ modalities }) => (modalities ?? []).some((name) => name !== 'text'),
    'a classifier answers with text',
  ],
  ['audio', ({ audio }) => audio !== undefined && audio !== null, 'a classifier answers with text'],
  [
    'web_search_options',
    ({ web_search_options: search }) => search !== undefined && search !== null,
    'a classifier answers from its training alone',
  ],
  [
    'top_logprobs',
    ({ top_logprobs: top, logprobs }) => (top ?? 0) > 0 && logprobs !== true,
    'needs "logprobs": true beside it',
  ],
];

/** @throws `unsupported_option` naming the first option that a classifier cannot honour */
export function checkChatRequest(request: ChatCompletionRequest): void {
  const refused = UNSUPPORTED.find(([, isAsked]) => isAsked(request));
  if (!refused) return;
  const [param, , why] = refused;
  throw new LevigateError('unsupported_option', `"${param}": ${why}.`, { param });
}
