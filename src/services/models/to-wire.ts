import type { BackboneInfo, Model } from '../../contract/index.ts';
import type { ModelRow } from '../../store/queries/models.ts';
import { toSeconds } from '../context.ts';

/** The parent of a checkpoint is its job's model. */
export const toModel = ({ id, projectId, backbone, createdMs, step }: ModelRow): Model => ({
  id,
  object: 'model',
  created: toSeconds(createdMs),
  owned_by: projectId,
  root: backbone,
  parent: step === null ? backbone : id.slice(0, id.lastIndexOf(':')),
});

export const toBackboneModel = (name: string, { created, ownedBy }: BackboneInfo): Model => ({
  id: name,
  object: 'model',
  created,
  owned_by: ownedBy,
  root: name,
  parent: null,
});
