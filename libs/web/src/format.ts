import { currentLanguage } from './preferences.ts';

const locale = (): string => (currentLanguage() === 'zh' ? 'zh-CN' : 'en');

/** With three digits that count, unless it is to be told from others like it. */
export function formatNumber(value: number, digits = 3): string {
  if (!Number.isFinite(value)) return '–';
  if (Number.isInteger(value) || Math.abs(value) >= 1000) return Math.round(value).toLocaleString(locale());
  return Number(value.toPrecision(digits)).toString();
}

/** A number on an axis: with as many places as tell it from its neighbours, which are so far apart. */
export function formatTick(value: number, apart: number): string {
  if (value === 0) return '0';
  const magnitude = Math.floor(Math.log10(Math.abs(value)));
  // The distance is 1, 2, 2.5 or 5 of some place.
  const places = [0, 1, 2, 3, 4, 5].find((n) => Math.abs(apart * 10 ** n - Math.round(apart * 10 ** n)) < 1e-6 && apart * 10 ** n > 0.5);
  if (places !== undefined && magnitude < 7) return value.toLocaleString(locale(), { minimumFractionDigits: places, maximumFractionDigits: places });
  return Number(value.toPrecision(Math.max(1, magnitude - Math.floor(Math.log10(apart)) + 2))).toExponential();
}

export function formatDuration(milliseconds: number): string {
  const seconds = Math.max(0, Math.round(milliseconds / 1000));
  const [h, m, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  if (h > 0) return `${h} h ${m} min`;
  return m > 0 ? `${m} min ${s} s` : `${s} s`;
}

export function formatTime(ms: number): string {
  return new Date(ms).toLocaleString(locale(), { dateStyle: 'medium', timeStyle: 'short' });
}

/** To the second; with the date where that is not today's. */
export function formatMoment(ms: number): string {
  const [then, now] = [new Date(ms), new Date()];
  return then.toDateString() === now.toDateString() ? then.toLocaleTimeString(locale()) : then.toLocaleString(locale(), { dateStyle: 'medium', timeStyle: 'medium' });
}

export function formatBytes(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB'];
  const power = Math.min(units.length - 1, bytes === 0 ? 0 : Math.floor(Math.log10(bytes) / 3));
  return `${Number((bytes / 1000 ** power).toPrecision(3))} ${units[power] ?? 'B'}`;
}
