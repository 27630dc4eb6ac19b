import { explain } from '@minchat/config/metrics';
import { currentLanguage, t } from '../preferences.ts';
import { zhMetrics } from './metrics-zh.ts';

/** What a figure of a kind of stage is, in the language of the page; undefined of one that only another's implementation tells. */
export function explanationOf(kind: string, name: string): string | undefined {
  const about = explain(kind, name);
  if (about === undefined) return undefined;
  const text = currentLanguage() === 'zh' ? (zhMetrics[about.text] ?? about.text) : about.text;
  return about.isOfValidation ? t('On the validation split: {text}', { text }) : text;
}
