import { join } from 'node:path';
import type { AnswersRecord } from '@minchat/datasets';
import type { Browser, BrowserContext, Locator, Page } from 'playwright-core';
import { complaints, seriousFindings, startBrowser } from './browser.ts';
import { startStudio, type Studio } from './studio.ts';

/** Machines that test are busy. */
export const patient = { timeout: 60_000 };

/** A studio, and somebody in front of it. */
export interface Walker {
  readonly studio: Studio;
  readonly browser: Browser;
  readonly context: BrowserContext;
  readonly page: Page;
  /** What the page complained about. */
  readonly heard: string[];
  /** Opens a page of the studio. */
  go(path: string): Promise<void>;
  button(name: string | RegExp): Locator;
  /** Opens pages as on a phone, then in Chinese and in the dark too, which the page stays in. What is wrong with them. */
  lookOnPhone(paths: readonly string[]): Promise<string[]>;
  close(): Promise<void>;
}

/**
 * What is wrong with a page as it is: what axe finds serious, and whatever makes it wider than the
 * window. With MINCHAT_SHOTS=FOLDER a picture is kept there.
 */
export async function look(page: Page, name: string): Promise<string[]> {
  const folder = process.env['MINCHAT_SHOTS'];
  if (folder !== undefined) await page.screenshot({ path: join(folder, `${name.replaceAll('/', '-')}.png`), fullPage: true });
  const [wide, window] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth] as const);
  return [...(wide > window ? [`${wide} pixels wide in a window of ${window}`] : []), ...(await seriousFindings(page))].map((text) => `${name}: ${text}`);
}

const phone = { width: 360, height: 740 };

/** Makes an English page one as on a phone, in Chinese and in the dark. */
export async function asOnPhone(page: Page): Promise<void> {
  await page.setViewportSize(phone);
  await page.getByRole('button', { name: '中文' }).click();
  await page.getByLabel('主题').selectOption('dark');
}

/** `settings` are those of the gateway that differ from an open one's. */
export async function startWalker(settings: Parameters<typeof startStudio>[0] = {}): Promise<Walker> {
  const [studio, browser] = await Promise.all([startStudio(settings), startBrowser()]);
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, locale: 'en-GB' });
  context.setDefaultTimeout(patient.timeout);
  const page = await context.newPage();
  const go = async (path: string): Promise<void> => {
    await page.goto(`${studio.url}#/${path}`);
    await page.locator('h1').waitFor();
  };
  return {
    studio, browser, context, page, go,
    heard: complaints(page),
    async lookOnPhone(paths) {
      const found: string[] = [];
      const lookAtAll = async (name: string): Promise<void> => {
        for (const path of paths) {
          await go(path);
          found.push(...(await look(page, `${name}-${path}`)));
        }
      };
      await page.setViewportSize(phone);
      await lookAtAll('phone');
      await asOnPhone(page);
      await lookAtAll('phone-zh');
      return found;
    },
    button: (name) => page.getByRole('button', { name }),
    async close() {
      await browser.close();
      await studio.close();
    },
  };
}

/** Has a page be given labeling tasks of this run alone. */
export function onlyOf(tab: Page, run: string): Promise<unknown> {
  return tab.route('**/api/label/tasks', (route) => route.continue({ postData: JSON.stringify({ ...(route.request().postDataJSON() as object), run }) }));
}

/** A labeler in a browser of their own, who is given tasks of a run of these answers alone. */
export async function labelerOf({ studio, browser }: Walker, run: string, records: AnswersRecord[]): Promise<Page> {
  const spec = await studio.rankingSpec(run, records, records.length);
  await fetch(`${studio.url}api/runs`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ spec, id: run }) });
  const page = await (await browser.newContext({ viewport: { width: 1280, height: 700 }, locale: 'en-GB' })).newPage();
  page.setDefaultTimeout(patient.timeout);
  await onlyOf(page, run);
  await page.goto(`${studio.url}#/label`);
  await page.locator('.answer-card').first().waitFor();
  return page;
}
