import { readFile, writeFile } from 'node:fs/promises';
import { answerTask } from './answer-task.ts';
import { ExportTask } from './task.ts';

// A process of its own, since writing a graph and running it would block the one that answers requests.
const task = ExportTask.parse(JSON.parse(await readFile(process.argv[2] ?? '', 'utf8')));
await writeFile(task.answersFile, JSON.stringify(await answerTask(task)));
