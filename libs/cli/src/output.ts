import { errorCodes, toMinchatError } from '@minchat/errors';
import Table from 'cli-table3';
import { errorColors, isTerminal } from './colors.ts';

/** What every command writes through: text for people, or one JSON document with `--json`. */
export interface Output {
  readonly json: boolean;
  /** A line for people; nothing with --json. */
  line(text?: string): void;
  /** A piece of a line. */
  text(text: string): void;
  /** The result for programs; nothing without --json. */
  result(value: unknown): void;
}

export function createOutput(json: boolean): Output {
  return {
    json,
    line: (text = '') => {
      if (!json) console.log(onTerminal(text));
    },
    text: (text) => {
      if (!json) process.stdout.write(onTerminal(text));
    },
    result: (value) => {
      if (json) console.log(JSON.stringify(value, null, 2));
    },
  };
}

/** All that steers a terminal, but for ends of lines, tabs and colours. */
// eslint-disable-next-line no-control-regex
const steering = /(?!\x1b\[[\d;]*m)[\0-\x08\x0b-\x1f\x7f-\x9f]/g;

/**
 * What is shown may hold what a model, or anybody who asked one, wrote: on a terminal it is seen, and does nothing. A
 * program reads it as it is.
 */
export function onTerminal(text: string, stream: NodeJS.WriteStream = process.stdout): string {
  if (!isTerminal(stream)) return text;
  return text.replaceAll('\r\n', '\n').replaceAll(steering, (sign) => (sign < ' ' ? String.fromCodePoint(0x2400 + (sign.codePointAt(0) ?? 0)) : '\u{fffd}'));
}

/** Writes the error with its code and what to do, and returns the exit code of the table. */
export function reportError(thrown: unknown, json: boolean): number {
  const error = toMinchatError(thrown);
  const { code, message, hint } = error;
  if (json) {
    console.error(JSON.stringify({ error: { code, message, hint } }));
  } else {
    console.error(onTerminal(`${errorColors.red(code)}: ${message}\n${hint}`, process.stderr));
    if (code === 'MC_INTERNAL' && error.cause instanceof Error) console.error(errorColors.dim(error.cause.stack ?? ''));
  }
  return errorCodes[code].exit;
}

const plainBorders = { 'top': '', 'top-mid': '', 'top-left': '', 'top-right': '', 'bottom': '', 'bottom-mid': '', 'bottom-left': '', 'bottom-right': '', 'left': '', 'left-mid': '', 'mid': '', 'mid-mid': '', 'right': '', 'right-mid': '', 'middle': '  ' };

/** A table without lines. */
export function formatTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const table = new Table({ head: [...head], chars: plainBorders, style: { 'head': [], 'border': [], 'padding-left': 0, 'padding-right': 0 } });
  table.push(...rows.map((row) => [...row]));
  return table.toString();
}

/** A table of long texts, wrapped. */
export function formatTexts(head: readonly string[], rows: readonly (readonly string[])[], width: number): string {
  const columns = head.map(() => Math.max(16, Math.floor((width - 1) / head.length) - 1));
  const table = new Table({ head: [...head], colWidths: columns, wordWrap: true, style: { head: [], border: [] } });
  table.push(...rows.map((row) => [...row]));
  return table.toString();
}

/** `1h02m`, `2m10s`, `4.2s`. */
export function formatSeconds(seconds: number): string {
  if (!Number.isFinite(seconds)) return '?';
  if (seconds < 9.95) return `${seconds.toFixed(1)}s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole}s`;
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return `${minutes}m${String(whole % 60).padStart(2, '0')}s`;
  return `${Math.floor(minutes / 60)}h${String(minutes % 60).padStart(2, '0')}m`;
}

/** `950`, `8.1k`, `2.3M`. */
export function formatCount(count: number): string {
  if (count < 1000) return String(Math.round(count));
  if (count < 1e6) return `${(count / 1e3).toFixed(count < 1e4 ? 1 : 0)}k`;
  if (count < 1e9) return `${(count / 1e6).toFixed(1)}M`;
  return `${(count / 1e9).toFixed(1)}G`;
}

/** `1.5 MiB`. */
export function formatBytes(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let value = bytes;
  let unit = 0;
  for (; value >= 1024 && unit < units.length - 1; unit += 1) value /= 1024;
  return `${unit === 0 ? value : value.toFixed(1)} ${units[unit]}`;
}
