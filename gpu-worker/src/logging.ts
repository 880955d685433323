import { configure, getJsonLinesFormatter, getTextFormatter } from '@logtape/logtape';
import type { LogLevel } from '@logtape/logtape';

/**
 * Log lines on standard error: readable on a terminal, JSON elsewhere. Written at once, not through a stream's
 * queue, because the last lines before an exit matter most.
 */
export async function configureLogging(lowestLevel: LogLevel): Promise<void> {
  const format = process.stderr.isTTY ? getTextFormatter({ timestamp: 'time' }) : getJsonLinesFormatter();
  await configure({
    sinks: { stderr: (record) => void process.stderr.write(format(record)) },
    loggers: [
      { category: ['levigate'], lowestLevel, sinks: ['stderr'] },
      { category: ['logtape', 'meta'], lowestLevel: 'warning', sinks: ['stderr'] },
    ],
  });
}
