import { LevigateError } from '../../contract/index.ts';
import type { ChatMessage, ChatOptions, Modality, PredictRecord } from '../../contract/index.ts';
import { composeChat, splitChat } from '../../levi/records/compose-chat.ts';
import type { Chat } from '../../levi/records/compose-chat.ts';
import { findJob } from '../../store/queries/jobs.ts';
import { requireScope } from '../context.ts';
import type { Context } from '../context.ts';
import { findBackbone } from '../models/find-backbone.ts';
import { selectModels } from '../predict/select-models.ts';

export interface ChatInput {
  readonly model: string;
  readonly messages: readonly ChatMessage[];
  readonly fields?: Readonly<Record<string, unknown>> | undefined;
}

export interface PreparedChat {
  readonly input: PredictRecord;
  /** How the answers of its training file were written; undefined: as labels. */
  readonly answer: ChatOptions['answer'];
}

/** A chat as the record that its model was trained on. Rejects with `invalid_request` naming the message. */
export async function prepareChat(ctx: Context, { model, messages, fields }: ChatInput): Promise<PreparedChat> {
  requireScope(ctx, 'predict');
  const [row] = await selectModels(ctx, { model });
  const job = row && (await findJob(ctx.services.db, { id: row.jobId, projectId: row.projectId }));
  const { modality = 'text' } = (row && findBackbone(ctx.services, row.backbone)) ?? {};
  const options = job?.levi.chat ?? {};
  const chat = splitChat(messages);
  if (!chat) throw invalid('messages', 'holds no user message: the last one is what is classified');
  const text = composeChat(chat, options);
  const input = {
    ...(chat.input.trim() === '' ? {} : { text }),
    ...imageOf(chat, modality, model),
    ...(fields && { fields: { ...fields } }),
  };
  if (Object.keys(input).length === 0)
    throw invalid('messages', 'ends with a user message that is empty: give the text to classify');
  return { input, answer: options.answer };
}

function imageOf({ images: [image, ...others] }: Chat, modality: Modality, model: string): { readonly image?: string } {
  if (image === undefined) return {};
  if (modality === 'text') throw invalid('messages', `holds a picture, and ${model} reads texts`);
  if (others.length > 0) throw invalid('messages', 'holds several pictures, and one is classified at a time');
  if (image.startsWith('data:')) return { image };
  throw invalid(
    'messages',
    'names a picture by its URL, and nothing is fetched for a request: send it as data:image/png;base64,...',
  );
}

const invalid = (param: string, problem: string): LevigateError =>
  new LevigateError('invalid_request', `"${param}" ${problem}.`, { param });
