import { expect, it } from 'vitest';
import { zh } from '../zh.ts';
import { decisionText } from './decision.ts';

const fill = (text: string, values: Record<string, string> = {}): string => text.replace(/\{(\w+)\}/g, (_, name: string) => values[name] ?? '');

it.each([
  ['train', 'train', '训练'],
  ['duplicate', 'dropped: the same text as another prompt', '已剔除：与另一条提示文本相同'],
  ['duplicate:200', 'dropped: its first 200 characters are another prompt’s', '已剔除：前 200 个字符与另一条提示相同'],
  ['personal data:email,IBAN', 'dropped: it holds personal data (email, IBAN)', '已剔除：含有个人信息（电子邮箱、IBAN）'],
  ['limit: more than 200 prompts of one user', 'dropped: more than 200 prompts of one user', '已剔除：同一用户的提示超过 200 条'],
  ['limit:200', 'dropped: more than 200 prompts of one user', '已剔除：同一用户的提示超过 200 条'],
])('%s is told in words of either language', (decision, english, chinese) => {
  expect(decisionText(decision, fill)).toBe(english);
  expect(decisionText(decision, (text, values) => fill(zh[text] ?? text, values))).toBe(chinese);
});
