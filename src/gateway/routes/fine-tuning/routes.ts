import { registerCancelJob } from './cancel.ts';
import { registerListCheckpoints } from './checkpoints.ts';
import { registerCreateJob } from './create.ts';
import { registerListEvents } from './events.ts';
import { registerGetJob } from './get.ts';
import { registerListJobs } from './list.ts';
import { registerPauseJob } from './pause.ts';
import { registerGetReport } from './report.ts';
import { registerResumeJob } from './resume.ts';
import { registerVerifyJob } from './verify.ts';

export const fineTuningRoutes = [
  registerCreateJob,
  registerListJobs,
  registerGetJob,
  registerCancelJob,
  registerPauseJob,
  registerResumeJob,
  registerVerifyJob,
  registerListEvents,
  registerListCheckpoints,
  registerGetReport,
];
