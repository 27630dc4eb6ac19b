import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { rpc } from '@minchat/bus';
import { formatRunSpec, parseRunSpec } from '@minchat/config';
import type { AnswersRecord } from '@minchat/datasets';
import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { browserPath, complaints, seriousFindings, startBrowser } from './browser.ts';
import { startStudio, type Studio } from './studio.ts';

// How a team comes together, in real browsers where people have to log in: each test goes on where
// the one before it ended.

const patient = { timeout: 60_000 };
const cli = fileURLToPath(new URL('../../../libs/cli/src/main.ts', import.meta.url));
const adminPassword = 'four plain words here';
const labelerPassword = 'five other words over there';
/** MINCHAT_PICTURES=FOLDER keeps pictures of the pages, to be looked at. */
const pictures = process.env['MINCHAT_PICTURES'];

describe.skipIf(!existsSync(browserPath))('people in the studio', () => {
  let studio: Studio;
  let browser: Browser;
  let admin: Page;
  let labeler: Page;
  const heard: string[][] = [];

  const open = async (): Promise<Page> => {
    const context = await browser.newContext({ viewport: { width: 1280, height: 860 }, locale: 'en-GB' });
    context.setDefaultTimeout(60_000);
    const page = await context.newPage();
    heard.push(complaints(page));
    return page;
  };

  beforeAll(async () => {
    [studio, browser] = await Promise.all([startStudio({ GATEWAY_AUTH: 'required', GATEWAY_TRUST_PROXY: '', GATEWAY_LOGIN_RATE_LIMIT: 100 }), startBrowser()]);
    admin = await open();
  });
  afterAll(async () => {
    await browser.close();
    await studio.close();
  });

  const go = async (page: Page, path: string): Promise<void> => {
    await page.goto(`${studio.url}#/${path}`);
    await page.locator('h1').waitFor();
  };
  const heading = (page: Page, text: string): Promise<void> => page.getByRole('heading', { level: 1, name: text, exact: true }).waitFor();
  const button = (page: Page, name: string | RegExp): Locator => page.getByRole('button', { name, exact: true });
  const navigation = (page: Page): Promise<string[]> => page.getByRole('navigation', { name: 'Pages' }).getByRole('link').allTextContents();
  const look = async (page: Page, name: string): Promise<void> => {
    expect(await seriousFindings(page), name).toEqual([]);
    if (pictures !== undefined) await page.screenshot({ path: join(pictures, `${name}.png`) });
  };
  const logIn = async (page: Page, name: string, password: string): Promise<void> => {
    await page.getByLabel('Name').fill(name);
    await page.getByLabel('Password', { exact: true }).fill(password);
    await button(page, 'Log in').click();
  };
  const secretOf = async (page: Page, title: string): Promise<string> => {
    const value = await page.getByRole('dialog').getByLabel(title).inputValue();
    await button(page, 'Done').click();
    return value;
  };

  it('the command line prints the first admin’s link, which asks for a name and a password', async () => {
    await admin.goto(studio.url);
    await heading(admin, 'Log in');
    expect(await navigation(admin)).toEqual([]);
    const { stdout } = await promisify(execFile)(process.execPath, [cli, 'admin-link', '--url', studio.url], { env: { ...process.env, NATS_URL: studio.natsUrl } });
    const link = stdout.trim();
    expect(link).toMatch(/\/#\/join\/[A-Za-z0-9_-]{43}$/);
    await admin.goto(link);
    await heading(admin, 'Welcome');
    await admin.getByLabel('Your name').fill('Ada Lovelace');
    await admin.getByLabel('Password', { exact: true }).fill('ada lovelace');
    await look(admin, 'join');
    await button(admin, 'Join').click();
    await admin.getByText('without your name').waitFor();
    await admin.getByLabel('Password', { exact: true }).fill(adminPassword);
    await button(admin, 'Show').click();
    expect(await admin.getByLabel('Password', { exact: true }).getAttribute('type')).toBe('text');
    await button(admin, 'Join').click();
    await heading(admin, 'Train your own ChatGPT');
    expect(await navigation(admin)).toEqual(['Runs', 'Chat', 'Label', 'Data', 'People']);
    // The link is used up.
    const stranger = await open();
    await stranger.goto(link);
    await stranger.getByText('This link does not work any more').waitFor();
    await look(stranger, 'join-used');
    await stranger.context().close();
  });

  it('the admin invites a labeler, who joins and labels', async () => {
    const records: AnswersRecord[] = [1, 2].map((n) => ({
      id: `prompt-${n}`, model: 'never shown', messages: [{ role: 'user', content: `Explain rain (${n}).` }],
      answers: ['Rain is water.', 'Clouds are full of tiny drops.', 'Rain rain.', 'I do not know.'].map((text) => ({ text, finished: true })),
    }));
    const spec = formatRunSpec(parseRunSpec(await studio.rankingSpec('by-people', records, 2)));
    await studio.bus.call(rpc.submitRun, { runId: 'by-people', specJson: spec });

    await go(admin, 'people');
    await admin.getByLabel('For whom').fill('Ben <b>Bold</b>');
    await button(admin, 'Invite').click();
    await admin.getByRole('dialog').waitFor();
    await look(admin, 'people-link');
    const link = await secretOf(admin, 'An invitation');
    await admin.getByText('Ben <b>Bold</b>').waitFor();
    await look(admin, 'people');

    labeler = await open();
    await labeler.goto(link);
    await labeler.getByLabel('Your name').fill('Ben');
    await labeler.getByLabel('Password', { exact: true }).fill(labelerPassword);
    await labeler.keyboard.press('Enter');
    await heading(labeler, 'Label');
    expect(await navigation(labeler)).toEqual(['Chat', 'Label']);
    // Whoever is logged in has a name already.
    expect(await labeler.getByLabel('Your name').count()).toBe(0);
    await labeler.locator('.answer-card[data-place="0"]:focus').waitFor();
    await labeler.keyboard.press('Control+Enter');
    const accounts = await studio.bus.call(rpc.listPeople, {});
    const ben = accounts.accounts.find((one) => one.name === 'Ben')?.accountId;
    await expect.poll(async () => (await studio.bus.call(rpc.listRecords, { collection: 'feedback', type: 'comparisons' })).records.map((record) => record.labeler), patient).toEqual([ben]);
  });

  it('the admin looks at what a labeler ranked, by name', async () => {
    await go(admin, 'agreement');
    await admin.getByRole('link', { name: 'Ben', exact: true }).click();
    await heading(admin, 'feedback');
    await admin.locator('.records .about').getByText('Ben', { exact: true }).waitFor();
    const field = admin.getByLabel('Labeler', { exact: true });
    await expect.poll(() => field.inputValue(), patient).toBe('Ben');
    await field.fill('nobody');
    await admin.getByText('Nothing found.').waitFor();
    await field.fill('ben');
    await admin.locator('.records .ranked').waitFor();
    await look(admin, 'ranked-by-ben');
  });

  it('a labeler is refused what labelers may not, by the page and by the gateway', async () => {
    await go(labeler, 'runs');
    await heading(labeler, 'Not for your role');
    await look(labeler, 'not-for-you');
    const refused = await labeler.evaluate(async () => {
      const headers = { 'content-type': 'application/json', 'x-minchat-studio': '1' };
      const ask = async (path: string, init?: RequestInit): Promise<[number, string]> => {
        const response = await fetch(path, init);
        return [response.status, ((await response.json()) as { error: { code: string } }).error.code];
      };
      return [await ask('/api/runs', { method: 'POST', headers, body: '{"spec":{"name":"x","stages":{"data":{}}}}' }), await ask('/api/data/collections'), await ask('/api/keys')];
    });
    expect(refused).toEqual([[403, 'MC_FORBIDDEN'], [403, 'MC_FORBIDDEN'], [403, 'MC_FORBIDDEN']]);
    // No script reads the session.
    expect(await labeler.evaluate(() => document.cookie)).toBe('');
  });

  it('a key is made, shown once, and revoked', async () => {
    await go(admin, 'people/keys');
    await admin.getByLabel('Name of the key').fill('web site');
    await admin.getByLabel('Collect prompts: its users agreed').check();
    await button(admin, 'Make a key').click();
    const secret = await secretOf(admin, 'The new key');
    expect(secret).toMatch(/^mc-[A-Za-z0-9_-]{43}$/);
    const status = async (): Promise<number> => (await fetch(`${studio.url}v1/models`, { headers: { authorization: `Bearer ${secret}` } })).status;
    expect(await status()).toBe(200);
    await admin.getByText(`${secret.slice(0, 9)}…`).waitFor();
    expect(await admin.content()).not.toContain(secret);
    await look(admin, 'keys');
    await button(admin, 'Revoke web site').click();
    await look(admin, 'keys-revoke');
    await admin.getByRole('dialog').getByRole('button', { name: 'Revoke', exact: true }).click();
    await admin.getByText('No keys yet').waitFor();
    await expect.poll(status, patient).toBe(401);
  });

  it('logging out leads to the login, and logging in back to where one wanted to be', async () => {
    await go(labeler, 'account');
    await heading(labeler, 'Ben');
    await look(labeler, 'account');
    await button(labeler, 'Log out').click();
    await heading(labeler, 'Log in');
    await labeler.goto(`${studio.url}#/chat`);
    await heading(labeler, 'Log in');
    await look(labeler, 'login');
    // By the keyboard alone: the name has the focus.
    await labeler.keyboard.type('ben');
    await labeler.keyboard.press('Tab');
    await labeler.keyboard.type(labelerPassword);
    await labeler.keyboard.press('Enter');
    await heading(labeler, 'Chat');
    expect(new URL(labeler.url()).hash).toBe('#/chat');
  });

  it('a session that an admin ends is over on the page too', async () => {
    await go(admin, 'people');
    await button(admin, 'Disable Ben').click();
    await button(admin, 'Enable Ben').waitFor();
    await heading(labeler, 'Log in');
    await button(admin, 'Enable Ben').click();
    await button(admin, 'Disable Ben').waitFor();
  });

  it('a wrong password says so, too many are stopped, and an admin’s link mends it', async () => {
    await logIn(labeler, 'Ben', 'wrong');
    await labeler.getByText('Name or password is wrong.').waitFor();
    await look(labeler, 'login-wrong');
    expect(await labeler.getByLabel('Password', { exact: true }).inputValue()).toBe('');
    await logIn(labeler, 'Nobody', 'wrong');
    await labeler.getByText('Name or password is wrong.').waitFor();
    for (let i = 0; i < 10; i += 1) await fetch(`${studio.url}api/session`, { method: 'POST', headers: { 'content-type': 'application/json', 'x-minchat-studio': '1' }, body: JSON.stringify({ name: 'Ben', password: 'wrong' }) });
    await logIn(labeler, 'Ben', labelerPassword);
    await labeler.getByText('Too many tries.').waitFor();
    await look(labeler, 'login-limited');

    await button(admin, 'Password link for Ben').click();
    await labeler.goto(await secretOf(admin, 'A new password for Ben'));
    await heading(labeler, 'A new password for Ben');
    await labeler.getByLabel('New password').fill('quite another password');
    await look(labeler, 'new-password');
    await button(labeler, 'Set the password').click();
    await heading(labeler, 'Label');
  });

  it('a role that changes, changes the pages; the last admin stays one', async () => {
    await admin.getByLabel('Role of Ben').selectOption('viewer');
    await expect.poll(async () => {
      await labeler.reload();
      await labeler.locator('h1').waitFor();
      return navigation(labeler);
    }, patient).toEqual(['Runs', 'Chat', 'Data']);
    // A viewer is offered nothing that would be refused.
    await go(labeler, 'runs/by-people');
    await labeler.locator('.stage[data-stage="rank"]').waitFor();
    for (const name of ['Cancel', 'Fork']) expect(await button(labeler, name).count()).toBe(0);
    await go(labeler, 'runs/new');
    await heading(labeler, 'Not for your role');
    await go(labeler, 'data');
    await heading(labeler, 'Data');
    expect(await labeler.getByText('Drop a file here, or').count()).toBe(0);
    await admin.getByLabel('Role of Ada Lovelace').selectOption('viewer');
    await admin.getByText('expected another admin to be left').waitFor();
    expect(await admin.getByLabel('Role of Ada Lovelace').inputValue()).toBe('admin');
  });

  it('the audit log tells what happened', async () => {
    await go(admin, 'people/audit');
    await admin.locator('.audit tbody tr').first().waitFor();
    const actions = await admin.locator('.audit [data-action]').evaluateAll((cells) => cells.map((cell) => cell.getAttribute('data-action')));
    for (const action of ['account.join', 'account.login', 'account.login-failed', 'account.login-limited', 'account.disable', 'account.role', 'key.make', 'key.revoke', 'invitation.make', 'session.end']) expect(actions).toContain(action);
    await look(admin, 'audit');
  });

  it('a password is changed, and the other sessions end', async () => {
    const elsewhere = await open();
    await elsewhere.goto(studio.url);
    await logIn(elsewhere, 'Ada Lovelace', adminPassword);
    await heading(elsewhere, 'Runs');
    await go(admin, 'account');
    await button(admin, 'Log out everywhere else').waitFor();
    await admin.getByLabel('Present password').fill(adminPassword);
    await admin.getByLabel('New password').fill('six whole words make it new');
    await button(admin, 'Change the password').click();
    await admin.locator('p.good').waitFor();
    await heading(elsewhere, 'Log in');
    await elsewhere.context().close();
  });

  it('the pages speak Chinese, are dark if wanted, and fit a phone', async () => {
    await admin.getByLabel('Theme').selectOption('dark');
    for (const path of ['people', 'people/keys', 'people/audit', 'account']) {
      await go(admin, path);
      await look(admin, `dark-${path.replace('/', '-')}`);
    }
    await admin.setViewportSize({ width: 360, height: 740 });
    await admin.getByRole('button', { name: '中文' }).click();
    for (const path of ['people', 'people/keys', 'people/audit', 'account']) {
      await go(admin, path);
      expect(await admin.evaluate(() => document.documentElement.scrollWidth), path).toBeLessThanOrEqual(360);
      await look(admin, `phone-chinese-${path.replace('/', '-')}`);
    }
    await admin.getByRole('button', { name: '退出登录', exact: true }).first().click();
    await admin.getByRole('heading', { name: '登录' }).waitFor();
    await look(admin, 'phone-chinese-login');
  });

  it('nothing went wrong in the browsers on the way', () => {
    // What the gateway refused, on purpose, browsers tell too.
    expect(heard.flat().filter((text) => !/status of (401|403|404|409|400|429)/.test(text))).toEqual([]);
  });
});
