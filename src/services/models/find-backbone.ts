import type { BackboneInfo } from '../../contract/index.ts';
import type { Services } from '../ports.ts';

/** A backbone of this installation; undefined for any other name, fine-tuned models among them. */
export function findBackbone({ settings }: Pick<Services, 'settings'>, name: string): BackboneInfo | undefined {
  return Object.hasOwn(settings.backbones, name) ? settings.backbones[name] : undefined;
}
