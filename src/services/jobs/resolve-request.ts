import { LevigateError } from '../../contract/index.ts';
import type { CreateJobRequest, LeviOptions } from '../../contract/index.ts';
import { chatOptionsOf, inspectChat } from '../../levi/records/inspect-chat.ts';
import type { AnswerKey, FoundChat } from '../../levi/records/inspect-chat.ts';
import { findFile } from '../../store/queries/files.ts';
import type { Context } from '../context.ts';
import { fileSource } from '../files/file-source.ts';
import { findBackbone } from '../models/find-backbone.ts';

/** OpenAI's models that could be fine-tuned, so that a request for one of them needs no other change than its address. */
const OPENAI_MODEL = /^(?:gpt-|chatgpt-|o\d|babbage-|davinci-)/;

export interface ResolvedRequest {
  readonly request: CreateJobRequest;
  /** What was decided in the caller's place. */
  readonly notes: readonly string[];
}

/**
 * Fills in what a request leaves to us: the backbone that stands for a model of OpenAI's, and how a file of chats is read.
 * Rejects with `invalid_training_file` where its answers are nothing that a classifier could give.
 */
export async function resolveRequest(ctx: Context, given: CreateJobRequest): Promise<ResolvedRequest> {
  const model = resolveModel(ctx, given.model);
  const chat = await resolveChat(ctx, given);
  const request = { ...given, model, ...(chat && { levi: chat.levi }) };
  const renamed =
    model === given.model ? [] : [`${given.model} is not served here: the job trains an adapter on ${model} instead`];
  return { request, notes: [...renamed, ...(chat?.notes ?? [])] };
}

function resolveModel({ services }: Context, model: string): string {
  if (findBackbone(services, model) || !OPENAI_MODEL.test(model)) return model;
  return services.settings.defaultBackbone;
}

interface ResolvedChat {
  readonly levi: LeviOptions;
  readonly notes: readonly string[];
}

async function resolveChat(
  ctx: Context,
  { training_file: id, levi = {} }: CreateJobRequest,
): Promise<ResolvedChat | null> {
  const { db, clock } = ctx.services;
  // A file that is missing or of another purpose is refused when the files are checked.
  const file = await findFile(db, { id, projectId: ctx.actor.projectId, nowMs: clock.nowMs() });
  if (file?.purpose !== 'fine-tune') return null;
  const found = await inspectChat(fileSource(ctx, file, 'training_file'), { filename: file.filename, reading: levi });
  if (!found) return null;
  const answer = answerOf(found, levi);
  const chat = chatOptionsOf(found, levi.chat ?? {}, answer);
  const keys = Object.keys(chat.answer ?? {});
  const isMultiple = levi.targets === undefined && keys.length > 1;
  const targets = isMultiple ? { targets: Object.fromEntries(keys.map((key) => [key, {}])) } : {};
  return { levi: { ...levi, ...targets, chat }, notes: notesOn(chat, keys) };
}

function answerOf(
  { keys, rows }: FoundChat,
  { chat, targets }: LeviOptions,
): NonNullable<LeviOptions['chat']>['answer'] {
  if (chat?.answer) return chat.answer;
  if (keys === null) return undefined;
  if (targets === undefined) {
    const refused = [...keys].find(([, key]) => !key.isEnum || key.rows < rows);
    if (refused) throw notLearnable(...refused, rows);
  }
  const wanted = targets && Object.entries(targets).map(([name, { column = name }]) => column);
  const learned = [...keys].filter(([key]) => wanted?.includes(key) ?? true);
  return learned.length === 0 ? undefined : Object.fromEntries(learned.map(([key, { spelling }]) => [key, spelling]));
}

function notLearnable(name: string, { rows: present, distinct }: AnswerKey, rows: number): LevigateError {
  const why =
    present < rows
      ? `is in ${present} of ${rows} answers only, and a classifier answers it always. Give it in every row, such as "none"`
      : `holds ${distinct} different values in ${rows} rows, or long ones: that is free text, and a classifier chooses among a few. Leave it out`;
  return new LevigateError(
    'invalid_training_file',
    `training_file, field "messages[role=assistant].content": the key "${name}" ${why}, or name the keys to learn: "levi": {"targets": {…}}, or {"chat": {"answer": {"key": "text"}}} for one.`,
    { param: 'training_file' },
  );
}

function notesOn({ system, answer }: NonNullable<LeviOptions['chat']>, keys: readonly string[]): string[] {
  const read =
    system === 'context'
      ? 'the last user message, earlier turns and the system prompt, which differs between rows'
      : 'the last user message and earlier turns; the system prompt is the same in every row and left out';
  const learned = answer === undefined ? 'the last assistant message' : `of its JSON answers: ${keys.join(', ')}`;
  return [`Chats are read as ${read}. Learned is ${learned}`];
}
