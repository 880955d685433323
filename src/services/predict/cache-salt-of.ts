import { findProject } from '../../store/queries/projects.ts';
import type { Context } from '../context.ts';

/** The salt of the caller's project for feature-cache keys: a hit must not tell one tenant what another has sent. */
export async function cacheSaltOf({ services, actor }: Context): Promise<string> {
  const project = await findProject(services.db, actor.projectId);
  if (project) return project.cacheSalt;
  throw new Error(`internal: project ${actor.projectId} is gone while its key is there`);
}
