// What this browser remembers: language, theme, the labeler's name.
import { recall, remember } from './storage.ts';
import { zh } from './zh.ts';

export type Language = 'en' | 'zh';
export type Theme = 'system' | 'light' | 'dark';

let language: Language = (recall('language') ?? navigator.language).startsWith('zh') ? 'zh' : 'en';

export function currentLanguage(): Language {
  return language;
}

export function setLanguage(next: Language): void {
  language = next;
  remember('language', next);
  document.documentElement.lang = next === 'zh' ? 'zh-CN' : 'en';
}

/** The text in the chosen language; `{name}` stands for a value. The English text is the key. */
export function t(text: string, values: Record<string, string | number> = {}): string {
  const found = language === 'zh' ? (zh[text] ?? text) : text;
  return found.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}

export function currentTheme(): Theme {
  const theme = recall('theme');
  return theme === 'light' || theme === 'dark' ? theme : 'system';
}

export function setTheme(theme: Theme): void {
  remember('theme', theme);
  if (theme === 'system') delete document.documentElement.dataset['theme'];
  else document.documentElement.dataset['theme'] = theme;
}

/** A labeler's name: made up at first, so that two people are never taken for one. */
export function labelerName(): string {
  const known = recall('labeler');
  if (known !== null && known.trim() !== '') return known;
  const made = `labeler-${Array.from(crypto.getRandomValues(new Uint8Array(3)), (byte) => byte.toString(16).padStart(2, '0')).join('')}`;
  remember('labeler', made);
  return made;
}
