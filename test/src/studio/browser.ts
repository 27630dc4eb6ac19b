// Debian's chromium, driven by playwright-core: no browser is downloaded.
import { existsSync } from 'node:fs';
import axe from 'axe-core';
import { chromium, type Browser, type Page } from 'playwright-core';

export const browserPath = '/usr/bin/chromium';

/** Why the studio is not tested here, if it is not; printed once. */
export const noBrowser = existsSync(browserPath) ? undefined : `no browser at ${browserPath} (apt-get install chromium)`;
if (noBrowser !== undefined) process.stderr.write(`tests of the studio are left out: ${noBrowser}\n`);

export function startBrowser(): Promise<Browser> {
  const quiet = ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--disable-quic'];
  return chromium.launch({ executablePath: browserPath, args: quiet });
}

/** What the page complained about: errors thrown, and whatever the content policy refused. */
export function complaints(page: Page): string[] {
  const heard: string[] = [];
  page.on('pageerror', (error) => heard.push(String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error' || message.text().includes('Content Security Policy')) heard.push(message.text());
  });
  return heard;
}

/** The serious findings of axe on the page as it is. */
export async function seriousFindings(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  const found = await page.evaluate(async () => {
    const { violations } = await (globalThis as unknown as { axe: typeof axe }).axe.run(document, { resultTypes: ['violations'] });
    return violations.map(({ id, impact, nodes }) => ({ id, impact, nodes: nodes.map((node) => `${node.target.join(' ')}: ${node.failureSummary ?? ''}`) }));
  });
  return found.filter(({ impact }) => impact === 'serious' || impact === 'critical').map(({ id, nodes }) => `${id}: ${nodes.slice(0, 3).join('; ')}`);
}
