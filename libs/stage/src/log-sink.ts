import type { Init, LogLine } from '@minchat/contracts';
import type { Logger } from '@minchat/telemetry';
import type { Tell } from './events.ts';

/** At most one event of log lines per job in this time, and so many lines in it. */
const everyMs = 1000;
const maxLines = 50;
const maxText = 2000;

export interface LogSink {
  /** Takes a line as the logger wrote it, JSON. */
  write(line: string): void;
  /** Publishes what was held back. */
  flush(): Promise<void>;
}

/** Fields that stand in the event already, or are for the operator's own log. */
const known = new Set(['level', 'time', 'msg', 'service', 'pid', 'hostname', 'run', 'job', 'stage', 'trace']);

/**
 * Publishes what a stage logs, for those who watch its run. A stage that logs without end is thinned
 * out here: the operator's log has everything. Lines that cannot be published are dropped.
 */
export function createLogSink(tell: Tell, log: Logger): LogSink {
  let lines: Init<LogLine>[] = [];
  let leftOut = 0;
  let timer: NodeJS.Timeout | undefined;
  let publishing = Promise.resolve();

  function publish(): void {
    clearTimeout(timer);
    timer = undefined;
    if (lines.length === 0) return;
    if (leftOut > 0) lines.push({ atMs: Date.now(), level: 'warn', message: `${leftOut} more lines` });
    const logged = { lines };
    lines = [];
    leftOut = 0;
    publishing = publishing
      .then(() => tell({ logged }))
      .catch((error: unknown) => log.warn({ err: error }, 'could not publish log lines'));
  }

  return {
    write(line) {
      const read = readLine(line);
      if (read === undefined) return;
      if (lines.length >= maxLines) leftOut += 1;
      else lines.push(read);
      timer ??= setTimeout(publish, everyMs);
    },
    async flush() {
      publish();
      await publishing;
    },
  };
}

/** A line of pino's as one of ours; undefined for what is no line, or for debugging. */
export function readLine(text: string): Init<LogLine> | undefined {
  let line: Record<string, unknown>;
  try {
    line = Object(JSON.parse(text)) as Record<string, unknown>;
  } catch {
    return undefined;
  }
  const { level, time, msg } = line;
  if (typeof level !== 'string' || level === 'debug' || level === 'trace') return undefined;
  const rest = Object.fromEntries(Object.entries(line).filter(([name]) => !known.has(name)).map(([name, value]) => [name, withoutStack(value)]));
  const fieldsJson = Object.keys(rest).length === 0 ? '' : JSON.stringify(rest);
  const message = typeof msg === 'string' ? msg : '';
  return {
    atMs: typeof time === 'string' ? Date.parse(time) || Date.now() : Date.now(),
    level,
    message: message.slice(0, maxText).toWellFormed(),
    fieldsJson: fieldsJson.length > maxText ? '' : fieldsJson.toWellFormed(),
  };
}

/** Errors are told without the files of this machine. */
function withoutStack(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || !('stack' in value)) return value;
  const { stack: _, ...rest } = value as Record<string, unknown>;
  return rest;
}
