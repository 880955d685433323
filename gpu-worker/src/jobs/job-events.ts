import type { NewJobEvent } from '../../../src/contract/fine-tuning.ts';
import type { FineTuneEvent } from '../../../src/levi/index.ts';

export const message = (level: NewJobEvent['level'], text: string, data: NewJobEvent['data'] = null): NewJobEvent => ({
  level,
  message: text,
  type: 'message',
  data,
});

/** OpenAI's metrics event, with its names where it has one. */
export function metricsEvent(metrics: Extract<FineTuneEvent, { type: 'metrics' }>): NewJobEvent {
  const { method, epoch, step, trainLoss, trainScore, validLoss, validScore } = metrics;
  return {
    level: 'info',
    type: 'metrics',
    message: `${method}, epoch ${epoch}, step ${step}: training loss ${trainLoss.toFixed(4)}, validation loss ${validLoss.toFixed(4)}`,
    data: {
      method,
      epoch,
      step,
      train_loss: trainLoss,
      train_mean_token_accuracy: trainScore,
      train_score: trainScore,
      valid_loss: validLoss,
      valid_mean_token_accuracy: validScore,
      valid_score: validScore,
    },
  };
}

/** What a user should know of texts that the backbone could not read to their end; null when there is none. */
export function truncationEvent(truncated: number, total: number, maxLength: number): NewJobEvent | null {
  if (truncated === 0) return null;
  return message(
    'warn',
    `${truncated} of ${total} texts are longer than ${maxLength} tokens and were truncated: what comes after is not read. Put what matters first, or split long texts.`,
    { truncated_texts: truncated, texts: total, max_length: maxLength },
  );
}
