import { beforeEach } from 'vitest';
import { NODE_ONLY } from './platform-exceptions.ts';

/** Loaded before every file of tests/api in workerd. */
beforeEach(({ task, skip }) => {
  const [, file = ''] = task.file.filepath.split('/tests/api/');
  const names = [task.name];
  for (let { suite } = task; suite; suite = suite.suite) names.unshift(suite.name);
  const reason = NODE_ONLY[`${file} > ${names.join(' > ')}`];
  if (reason !== undefined) skip(reason);
});
