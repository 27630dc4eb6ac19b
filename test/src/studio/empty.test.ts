import { rpc } from '@minchat/bus';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { complaints, noBrowser } from './browser.ts';
import { look, patient, startWalker, type Walker } from './walker.ts';

// An installation in which there is nothing yet, as each role meets it: wherever one goes the page says what to do
// next and leads there, and no link leads to where one may not go.

/** What each may open, and what it is told there. `own` pages have a form of their own to begin with. */
const pages = {
  admin: { empty: ['runs', 'chat', 'label', 'agreement', 'data', 'data/feedback', 'data/nothing'], own: ['', 'runs/new', 'label/guidelines', 'people', 'people/keys', 'people/audit', 'account'], lost: ['runs/nothing'] },
  labeler: { empty: ['', 'chat', 'label'], own: ['label/guidelines', 'account'], lost: ['runs', 'data', 'people', 'agreement'] },
  viewer: { empty: ['', 'runs', 'chat', 'agreement', 'data', 'data/feedback'], own: ['label/guidelines', 'account'], lost: ['label', 'people', 'runs/new', 'runs/nothing'] },
} as const;

describe.skipIf(noBrowser !== undefined)('an empty installation', () => {
  let walker: Walker;
  beforeAll(async () => {
    walker = await startWalker({ GATEWAY_AUTH: 'required', GATEWAY_TRUST_PROXY: '', GATEWAY_LOGIN_RATE_LIMIT: 100 });
  });
  afterAll(() => walker?.close());

  async function join(role: keyof typeof pages): Promise<{ page: Page; heard: string[] }> {
    const { token } = await walker.studio.bus.call(rpc.invite, { role, note: role });
    const page = await (await walker.browser.newContext({ viewport: { width: 1280, height: 900 }, locale: 'en-GB' })).newPage();
    page.setDefaultTimeout(patient.timeout);
    const heard = complaints(page);
    await page.goto(`${walker.studio.url}#/join/${token}`);
    await page.getByLabel('Your name').fill(`the ${role}`);
    await page.getByLabel('Password', { exact: true }).fill('four words of nobody else');
    await page.getByRole('button', { name: 'Join' }).click();
    await page.locator('nav[aria-label="Pages"] a').first().waitFor();
    return { page, heard };
  }

  it.each(Object.entries(pages))('leads the %s on, in both languages', async (role, { empty, own, lost }) => {
    const { page, heard } = await join(role as keyof typeof pages);
    const go = async (path: string): Promise<void> => {
      await page.goto(`${walker.studio.url}#/${path}`);
      await page.locator('main h1').waitFor();
    };
    const targets = new Set<string>();
    for (const language of ['English', '中文']) {
      if (language === '中文') await page.getByRole('button', { name: language }).click();
      for (const path of [...empty, ...own, ...lost]) {
        await go(path);
        if (empty.some((one) => one === path)) {
          const words = page.locator('main .empty');
          await words.locator('h2').waitFor();
          // A title, a sentence that says what to do, and something that does it or leads there.
          const told = (await words.locator('p').first().textContent({ timeout: 1000 }).catch(() => `${path} says nothing`)) ?? '';
          expect(told, path).toMatch(language === '中文' ? /\p{Script=Han}/u : /^(?!.*says nothing)[A-Z][^\p{Script=Han}]+\.$/u);
          expect(await words.locator('a[href], button:enabled').count(), `${role} at ${path} is led nowhere`).toBeGreaterThan(0);
        }
        await expect.poll(() => page.locator('main').locator('a[href], button:enabled').count(), { message: `${role} at ${path}`, ...patient }).toBeGreaterThan(0);
        for (const href of await page.locator('main a[href^="#"]').evaluateAll((links) => links.map((link) => link.getAttribute('href') ?? ''))) targets.add(href.slice(2));
        expect(await look(page, `empty-${language === '中文' ? 'zh' : 'en'}-${role}-${path}`)).toEqual([]);
      }
    }
    for (const path of targets) {
      await go(path);
      expect(await page.locator('main h1').textContent(), `${role} is sent to ${path}`).not.toBe('你的角色不能查看此页');
    }
    // What the gateway refuses is no error of the page: it asked for runs and collections that there are none of.
    expect(heard.filter((text) => !/status of 40[34]/.test(text))).toEqual([]);
    await page.context().close();
  });
});
