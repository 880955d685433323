import type { FineTuneEvent } from '../run/events.ts';

/** The events of one stage, its progress as that of the whole. */
export async function* within<Result>(
  stage: AsyncGenerator<FineTuneEvent, Result>,
  from: number,
  to: number,
): AsyncGenerator<FineTuneEvent, Result> {
  let next = await stage.next();
  for (; next.done !== true; next = await stage.next()) {
    const event = next.value;
    yield event.type === 'progress' ? { ...event, fraction: from + (to - from) * event.fraction } : event;
  }
  return next.value;
}
