import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { choosePlugin, loadStage, resolvePlugin } from './plugin.ts';

const own = '@minchat/ppo-trainer';
const none = { defaultPlugin: own, configured: undefined, allowed: [] };

describe('choosePlugin', () => {
  it('takes the configured one, else the service’s own', () => {
    expect(choosePlugin(none, '')).toBe(own);
    expect(choosePlugin({ ...none, configured: 'mine' }, '')).toBe('mine');
  });
  it('lets a job ask for what is the service’s own or allowed', () => {
    expect(choosePlugin(none, `${own}/rloo`)).toBe(`${own}/rloo`);
    expect(choosePlugin({ ...none, configured: 'mine' }, own)).toBe(own);
    expect(choosePlugin({ ...none, allowed: ['theirs'] }, 'theirs')).toBe('theirs');
  });
  it.each(['theirs', `${own}-evil`, `${own}/../evil`, '/etc/passwd', './x'])('refuses %s', (wanted) => {
    expect(() => choosePlugin(none, wanted)).toThrow(expect.objectContaining({ code: 'MC_PLUGIN_UNKNOWN', hint: expect.stringContaining('STAGE_PLUGINS') as string }));
  });
});

describe('resolvePlugin', () => {
  it('finds packages, files and folders', async () => {
    expect(await resolvePlugin('@minchat/errors')).toMatch(/^file:.*libs\/errors\/src\/index\.ts$/);
    const file = fileURLToPath(new URL('./fixtures/counting.ts', import.meta.url));
    expect(await resolvePlugin(file)).toBe(pathToFileURL(file).href);
    const folder = await mkdtemp(join(tmpdir(), 'minchat-plugin-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    await mkdir(join(folder, 'lib'));
    await writeFile(join(folder, 'package.json'), '{"type":"module","main":"lib/stage.js"}');
    await writeFile(join(folder, 'lib', 'stage.js'), 'export default 1');
    expect(await resolvePlugin(folder)).toBe(pathToFileURL(join(folder, 'lib', 'stage.js')).href);
    await expect(resolvePlugin(join(folder, 'lib'))).rejects.toMatchObject({ code: 'MC_PLUGIN_UNKNOWN', message: expect.stringContaining('package.json') as string });
  });
  it.each(['@minchat/not-there', './not-there.ts', '/not/there'])('tells that %s is not there', async (name) => {
    await expect(resolvePlugin(name)).rejects.toMatchObject({ code: 'MC_PLUGIN_UNKNOWN' });
  });
});

describe('loadStage', () => {
  it('gives the default export if it is a stage', async () => {
    expect((await loadStage('counting', new URL('./fixtures/counting.ts', import.meta.url).href)).kind).toBe('count');
    await expect(loadStage('none', new URL('./fixtures/no-stage.ts', import.meta.url).href)).rejects.toMatchObject({ code: 'MC_PLUGIN_INVALID' });
    await expect(loadStage('gone', new URL('./fixtures/gone.ts', import.meta.url).href)).rejects.toMatchObject({ code: 'MC_PLUGIN_UNKNOWN' });
  });
});
