import { z } from 'zod';
import { UnixSeconds } from './common.ts';
import { ApiKeyWithSecret } from './keys.ts';
import { ProjectLimits } from './rate-limits.ts';

const Name = z.string().min(1).max(128);

export const Project = z.object({
  id: z.string(),
  object: z.literal('project'),
  created_at: UnixSeconds,
  name: z.string(),
  limits: ProjectLimits.nullable(),
});
export type Project = z.infer<typeof Project>;

export const ProjectWithKey = Project.extend({ api_key: ApiKeyWithSecret });
export type ProjectWithKey = z.infer<typeof ProjectWithKey>;

export const CreateProject = z.strictObject({ name: Name, limits: ProjectLimits.optional() });
export type CreateProject = z.infer<typeof CreateProject>;

export const UpdateProject = z.strictObject({
  name: Name.optional(),
  limits: ProjectLimits.nullable().optional().describe('Replaces all of them; null: none'),
});
export type UpdateProject = z.infer<typeof UpdateProject>;
