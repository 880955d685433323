import { Writable } from 'node:stream';
import { configure, getJsonLinesFormatter, getStreamSink, getTextFormatter } from '@logtape/logtape';
import type { LogLevel } from '@logtape/logtape';

/** Log lines on stderr: readable on a terminal, JSON elsewhere. Standard output stays for what the user asked for. */
export async function configureLogging(lowestLevel: LogLevel): Promise<void> {
  const formatter = process.stderr.isTTY ? getTextFormatter({ timestamp: 'time' }) : getJsonLinesFormatter();
  await configure({
    reset: true,
    sinks: { stderr: getStreamSink(Writable.toWeb(process.stderr), { formatter }) },
    loggers: [
      { category: ['levigate'], lowestLevel, sinks: ['stderr'] },
      { category: ['logtape', 'meta'], lowestLevel: 'warning', sinks: ['stderr'] },
    ],
  });
}
