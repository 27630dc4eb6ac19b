import type { Browser, BrowserContext, Locator, Page } from 'playwright-core';
import { complaints, startBrowser } from './browser.ts';
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
  close(): Promise<void>;
}

export async function startWalker(): Promise<Walker> {
  const [studio, browser] = await Promise.all([startStudio(), startBrowser()]);
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, locale: 'en-GB' });
  context.setDefaultTimeout(patient.timeout);
  const page = await context.newPage();
  return {
    studio, browser, context, page,
    heard: complaints(page),
    async go(path) {
      await page.goto(`${studio.url}#/${path}`);
      await page.locator('h1').waitFor();
    },
    button: (name) => page.getByRole('button', { name }),
    async close() {
      await browser.close();
      await studio.close();
    },
  };
}
