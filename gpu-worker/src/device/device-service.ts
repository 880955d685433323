import type { OnnxRuntime } from '../runtime/onnx-runtime.ts';
import { createBackboneSessions } from './backbone-sessions.ts';
import type { DeviceAnswer, DeviceRequest } from './messages.ts';
import { toPlainError } from './plain-error.ts';
import type { Trainings } from './trainings.ts';

export interface DeviceRuntimes {
  readonly inference: OnnxRuntime;
  readonly training: OnnxRuntime;
}

export interface DeviceService {
  handle(request: DeviceRequest): void;
}

/**
 * Answers the worker's requests. Training yields to the message loop between its steps, so batches
 * that arrive meanwhile are embedded between two of them.
 */
export function createDeviceService(
  { inference, training }: DeviceRuntimes,
  send: (answer: DeviceAnswer) => void,
): DeviceService {
  const backbones = createBackboneSessions(inference);
  let loading: Promise<Trainings> | undefined;

  // Loaded with the first training: what trains is most of this process's code.
  const trainings = (): Promise<Trainings> =>
    (loading ??= import('./trainings.ts').then(({ createTrainings }) => createTrainings(training)));

  async function answer(request: DeviceRequest): Promise<DeviceAnswer | null> {
    switch (request.type) {
      case 'preload':
        await backbones.load(request.backbone).catch(() => {});
        return null;
      case 'load':
        await backbones.load(request.backbone);
        return { type: 'done', id: request.id };
      case 'embed':
        return { type: 'embedded', id: request.id, ...(await backbones.embed(request.backbone, request.batch)) };
      case 'train-rows':
        (await trainings()).addRows(request.training, request.chunk);
        return { type: 'done', id: request.id };
      case 'train': {
        const onEvent = (event: Extract<DeviceAnswer, { type: 'training-event' }>['event']) =>
          send({ type: 'training-event', id: request.id, event });
        return {
          type: 'trained',
          id: request.id,
          outcome: await (await trainings()).run(request.id, request.input, onEvent),
        };
      }
      case 'stop-training':
        (await trainings()).stop(request.id);
        return null;
      default:
        return request satisfies never;
    }
  }

  return {
    handle: (request) => {
      answer(request).then(
        (message) => message && send(message),
        (error: unknown) => 'id' in request && send({ type: 'failed', id: request.id, error: toPlainError(error) }),
      );
    },
  };
}
