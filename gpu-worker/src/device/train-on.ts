import type { FineTuneEvent } from '../../../src/levi/index.ts';
import type { TrainingOutcome, TrainingRequest } from './device.ts';
import type { DeviceProcess } from './device-process.ts';
import { createEventQueue } from './event-queue.ts';

// 8 MB a message: large enough to be cheap, small enough to let predictions in between.
const CHUNK_NUMBERS = 4 * 1024 * 1024;

/** Sends the rows, starts the run and hands on its events; leaving the loop early, or the signal, stops the run. */
export async function* trainOn(
  device: DeviceProcess,
  { input, halfs, thumbnails, signal }: TrainingRequest,
): AsyncGenerator<FineTuneEvent, TrainingOutcome> {
  const training = device.nextId();
  const events = createEventQueue<FineTuneEvent>();
  const close = () => events.close();
  signal.addEventListener('abort', close);
  try {
    for (const [split, numbers] of [...halfs, ...thumbnails])
      await sendRows(device, { training, split, numbers, signal });
    const finished = device
      .call(
        { type: 'train', input },
        { id: training, onEvent: (answer) => answer.type === 'training-event' && events.push(answer.event) },
      )
      .finally(close);
    finished.catch(() => {}); // Awaited below, unless the signal ends the loop first.
    yield* events;
    signal.throwIfAborted();
    const answer = await finished;
    if (answer.type !== 'trained') throw new Error(`internal: the device answered ${answer.type} to train`);
    return answer.outcome;
  } finally {
    signal.removeEventListener('abort', close);
    device.tell({ type: 'stop-training', id: training });
  }
}

interface Rows {
  readonly training: number;
  readonly split: string;
  readonly numbers: Uint16Array | Uint8Array;
  readonly signal: AbortSignal;
}

async function sendRows(device: DeviceProcess, { training, split, numbers, signal }: Rows): Promise<void> {
  for (let offset = 0; offset < numbers.length; offset += CHUNK_NUMBERS) {
    signal.throwIfAborted();
    const chunk = { split, total: numbers.length, offset, numbers: numbers.subarray(offset, offset + CHUNK_NUMBERS) };
    await device.call({ type: 'train-rows', training, chunk });
  }
}
