import type { Project } from '../../contract/index.ts';
import type { ProjectRow } from '../../store/queries/projects.ts';
import { toSeconds } from '../context.ts';

export const toProject = ({ id, createdMs, name, limits }: ProjectRow): Project => ({
  id,
  object: 'project',
  created_at: toSeconds(createdMs),
  name,
  limits,
});
