import type { BackboneInfo, Model } from '../../contract/index.ts';
import type { ModelRow } from '../../store/queries/models.ts';
import { toSeconds } from '../context.ts';

export const toModel = ({ id, projectId, backbone, createdMs }: ModelRow): Model => ({
  id,
  object: 'model',
  created: toSeconds(createdMs),
  owned_by: projectId,
  root: backbone,
  parent: backbone,
});

export const toBackboneModel = (name: string, { created, ownedBy }: BackboneInfo): Model => ({
  id: name,
  object: 'model',
  created,
  owned_by: ownedBy,
  root: name,
  parent: null,
});
