// The pictures of docs/screenshots, from a system of the script's own: `node src/studio/screenshots.ts`. With the
// address of a system (npm start) and the name of a run that it really ran, also those of that run. Needs a font
// that has Chinese (Debian: fonts-noto-cjk).
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Locator, Page } from 'playwright-core';
import { startBrowser } from './browser.ts';
import { startStudio, type Studio } from './studio.ts';

const folder = fileURLToPath(new URL('../../../docs/screenshots/', import.meta.url));

async function offerRankings(studio: Studio): Promise<void> {
  const answers = [
    'Clouds are full of tiny drops of water. When the drops grow heavy, they fall down, and that is rain.',
    'Rain is water that falls from the sky. It makes the grass green and the street wet, and when it stops you may see a rainbow.',
    'Precipitation results from condensation of atmospheric water vapour.',
    'Rain rain rain the sky is',
  ].map((text, i) => ({ text, finished: i < 3 }));
  const records = Array.from({ length: 12 }, (_, n) => ({ id: `p${n}`, messages: [{ role: 'user' as const, content: 'Explain rain to a six-year-old.' }], answers }));
  const spec = await studio.rankingSpec('by-people', records, 12, 'labelersPerTask: 2');
  await fetch(`${studio.url}api/runs`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ spec, id: 'by-people' }) });
}

/** Two labelers who mostly agree. */
async function rankSome(studio: Studio): Promise<void> {
  const post = async (path: string, body: object): Promise<unknown> => (await fetch(`${studio.url}api/${path}`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) })).json();
  for (const [labeler, rounds] of [['ann', 6], ['ben', 5]] as const) {
    for (let round = 0; round < rounds; round += 1) {
      const { task } = (await post('label/tasks', { labeler, kind: 'rank' })) as { task: { id: string; answers: { text: string }[] } };
      const order = task.answers.map(({ text }) => text.length).toSorted((a, b) => b - a);
      const verdicts = task.answers.map(({ text }) => ({ rank: labeler === 'ben' && round % 3 === 2 ? order.length - 1 - order.indexOf(text.length) : order.indexOf(text.length) }));
      await post(`label/tasks/${task.id}/submit`, { labeler, verdicts, activeMs: 21_000 + 7000 * round });
    }
  }
}

const faq = [
  { question: 'What is a yak?', reply: { good: 'A long-haired ox of the Himalayas.', bad: 'A boat.' }, user_id: 'u1' },
  { question: 'What is a gnu?', reply: { good: 'A large antelope.', bad: 'Not a horse.' }, user_id: 'u2' },
  { question: 'what is a GNU?', reply: { good: 'An antelope of Africa.', bad: 'No idea.' }, user_id: 'u2' },
  { question: 'Call me at +1 212 555 0188, will you?', reply: { good: 'I cannot call anybody.', bad: 'Yes.' }, user_id: 'u3' },
].map((line) => JSON.stringify(line));

/** The pages of data: a preview with mapping, and what became of it. */
async function shootData(page: Page, studio: Studio): Promise<void> {
  await page.goto(`${studio.url}#/data`);
  await page.locator('input[type="file"]').setInputFiles({ name: 'faq.jsonl', mimeType: 'application/json', buffer: Buffer.from([...faq.slice(0, 2), '{"question":', ...faq.slice(2)].join('\n')) });
  for (const [field, from] of [['prompt', 'question'], ['chosen', 'reply.good'], ['rejected', 'reply.bad']] as const) await page.getByLabel(field, { exact: true }).selectOption(from);
  await page.getByRole('region', { name: 'Preview' }).getByText('A large antelope.').waitFor();
  await shoot(page, 'data-import', true);
  await page.getByRole('button', { name: 'Import' }).click();
  await page.getByRole('link', { name: 'Look at it' }).click();
  await page.getByRole('button', { name: 'Apply the rules' }).click();
  await page.getByText(/^dropped:/).first().waitFor();
  await page.getByLabel('Theme').selectOption('dark');
  await shoot(page, 'data-dark');
  await page.getByLabel('Theme').selectOption('light');
}

async function shoot(page: Page, name: string, fullPage = false): Promise<void> {
  await page.screenshot({ path: join(folder, `${name}.png`), fullPage });
}

const [, , url, run] = process.argv;
await mkdir(folder, { recursive: true });
const [studio, browser] = await Promise.all([startStudio(), startBrowser()]);
try {
  const context = await browser.newContext({ viewport: { width: 1280, height: 860 }, locale: 'en-GB' });
  const page = await context.newPage();
  const open = async (base: string, path: string): Promise<void> => {
    await page.goto(`${base}#/${path}`);
    await page.locator('h1').waitFor();
  };
  /** The curves of PPO are there when their canvases are. */
  const shootRun = async (base: string): Promise<void> => {
    await open(base, `runs/${run}`);
    await page.locator('.stage[data-stage="ppo"]').click();
    await page.locator('.u-over').nth(1).waitFor();
    await shoot(page, 'run');
    await page.getByLabel('Theme').selectOption('dark');
    await shoot(page, 'run-dark');
    await page.getByLabel('Theme').selectOption('light');
  };
  /** What the run's models say to a question of the quickstart's world. */
  const shootChat = async (base: string): Promise<void> => {
    const ask = async (question: string): Promise<void> => {
      await page.getByLabel('Your message').fill(question);
      await page.keyboard.press('Enter');
    };
    await open(base, 'chat');
    await page.getByLabel('Model 1').selectOption(`${run}/ppo`);
    await page.getByLabel('Probabilities').check();
    await ask('what is 1 plus 2?');
    await page.locator('.turn.assistant.done').waitFor();
    await page.locator('.token').nth(5).hover();
    await page.locator('.token-note').waitFor();
    await shoot(page, 'chat');
    await page.getByRole('button', { name: 'New conversation' }).click();
    await page.getByLabel('Probabilities').uncheck();
    await page.getByRole('button', { name: 'Compare with another' }).click();
    await page.getByLabel('Model 2').selectOption(`${run}/sft`);
    await page.getByLabel('Blind').check();
    await ask('what colour is the sky?');
    const [choice, anew] = ['Answer 2 is better', 'Write anew'].map((name) => page.getByRole('button', { name })) as [Locator, Locator];
    await anew.waitFor();
    // Both may say the same, and then there is nothing to choose.
    for (let tries = 0; tries < 20 && !(await choice.isVisible()); tries += 1) {
      await anew.click();
      await anew.waitFor();
    }
    if (!(await choice.isVisible())) throw new Error(`expected answers of ${run}/ppo and ${run}/sft that differ, found the same 20 times`);
    await shoot(page, 'chat-blind');
  };
  await open(studio.url, '');
  await shoot(page, 'welcome');
  if (url !== undefined && run !== undefined) {
    await shootRun(url);
    await shootChat(url);
  }
  await shootData(page, studio);
  await offerRankings(studio);
  await open(studio.url, 'label');
  await page.locator('.answer-card').first().waitFor();
  await page.locator('.answer-card').first().press('Shift+6');
  await page.locator('.answer-card').nth(2).press('=');
  await page.getByRole('button', { name: 'Mark what the first does not say' }).click();
  await shoot(page, 'label');
  await rankSome(studio);
  await open(studio.url, 'agreement');
  await page.locator('table').nth(1).waitFor();
  await shoot(page, 'agreement');
  await open(studio.url, 'label/guidelines');
  await page.locator('.prose li').first().waitFor();
  await shoot(page, 'guidelines');
  await open(studio.url, 'runs/new');
  await page.locator('.stage[data-stage="ppo"]').waitFor();
  await shoot(page, 'new-run');
  await page.getByRole('button', { name: '中文' }).click();
  await page.setViewportSize({ width: 390, height: 844 });
  await open(studio.url, 'label');
  await page.locator('.answer-card').first().waitFor();
  await shoot(page, 'label-phone-chinese');
  await open(studio.url, 'data/faq');
  await page.locator('.records li').first().waitFor();
  await shoot(page, 'data-phone-chinese');
} finally {
  await browser.close();
  await studio.close();
}
process.exit(0);
