import { isatty } from 'node:tty';
import { trace } from '@opentelemetry/api';
import { pino, type DestinationStream, type Logger, type LoggerOptions } from 'pino';
import pretty from 'pino-pretty';

export type { Logger } from 'pino';

export interface CreateLoggerOptions {
  /** LOG_LEVEL; `info` unless set. */
  level?: string;
  /** LOG_PRETTY: for people instead of JSON, if standard output is a terminal. */
  pretty?: boolean;
  /** Where lines go; standard output unless told. */
  destination?: DestinationStream;
  /** Also told each line, as JSON. */
  tee?: (line: string) => void;
}

/**
 * A JSON logger. Give run and job as child fields: `log.child({ run, job, stage })`. The trace id
 * of the span that is open where a line is written goes into it by itself.
 */
export function createLogger(service: string, options: CreateLoggerOptions = {}): Logger {
  const settings: LoggerOptions = {
    level: options.level || process.env['LOG_LEVEL'] || 'info',
    base: { service, pid: process.pid },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    mixin: traceFields,
    serializers: { err: serializeError, error: serializeError },
  };
  if (options.destination) return pino(settings, options.destination);
  const wantsPretty = options.pretty ?? /^(1|true)$/.test(process.env['LOG_PRETTY'] ?? '');
  const out = wantsPretty && isatty(1) ? pretty({ colorize: true, ignore: 'pid', destination: 1, sync: true }) : pino.destination(1);
  const { tee } = options;
  if (tee === undefined) return pino(settings, out);
  return pino(settings, pino.multistream([{ stream: out, level: 'trace' }, { stream: { write: tee }, level: 'trace' }]));
}

function traceFields(): object {
  const span = trace.getActiveSpan()?.spanContext();
  return span && trace.isSpanContextValid(span) ? { trace: span.traceId } : {};
}

function serializeError(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const fields = pino.stdSerializers.err(error);
  return { type: fields.type, code: 'code' in error ? error.code : undefined, message: fields.message, stack: fields.stack };
}
