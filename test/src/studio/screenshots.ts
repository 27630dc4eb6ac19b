// The pictures of docs/screenshots: `node src/studio/screenshots.ts http://127.0.0.1:8080/ RUN` takes those of a run from
// a system that really ran it (npm start); the rest come from a system of the script's own.
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
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
  const spec = await studio.rankingSpec('by-people', records, 12);
  await fetch(`${studio.url}api/runs`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ spec, id: 'by-people' }) });
}

async function shoot(page: Page, name: string): Promise<void> {
  await page.screenshot({ path: join(folder, `${name}.png`) });
}

const [, , url, run] = process.argv;
if (url === undefined || run === undefined) throw new Error('expected the address of a system and the name of a run of it: node src/studio/screenshots.ts URL RUN');
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
  const openRun = async (): Promise<void> => {
    await open(url, `runs/${run}`);
    await page.locator('.stage[data-stage="ppo"]').click();
    await page.locator('.u-over').nth(1).waitFor();
  };
  await open(studio.url, '');
  await shoot(page, 'welcome');
  await openRun();
  await shoot(page, 'run');
  await page.getByLabel('Theme').selectOption('dark');
  await shoot(page, 'run-dark');
  await page.getByLabel('Theme').selectOption('light');
  await offerRankings(studio);
  await open(studio.url, 'label');
  await page.locator('.answer-card').first().waitFor();
  await page.locator('.answer-card').first().press('Shift+6');
  await page.locator('.answer-card').nth(2).press('=');
  await shoot(page, 'label');
  await open(studio.url, 'runs/new');
  await page.locator('.stage[data-stage="ppo"]').waitFor();
  await shoot(page, 'new-run');
  await page.getByRole('button', { name: '中文' }).click();
  await page.setViewportSize({ width: 390, height: 844 });
  await open(studio.url, 'label');
  await page.locator('.answer-card').first().waitFor();
  await shoot(page, 'label-phone-chinese');
} finally {
  await browser.close();
  await studio.close();
}
process.exit(0);
