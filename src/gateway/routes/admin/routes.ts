import { registerProjects } from './projects.ts';
import { registerQueueStats } from './queue-stats.ts';

export const adminRoutes = [registerQueueStats, registerProjects];
