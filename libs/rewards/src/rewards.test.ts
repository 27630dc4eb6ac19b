import { fileURLToPath } from 'node:url';
import { pino } from 'pino';
import { afterEach, describe, expect, it } from 'vitest';
import { openRewardFunctions, rewardFunctionSettings, type AnswerToScore, type FunctionScores } from './index.ts';

const fixture = (name: string): string => fileURLToPath(new URL(`./fixtures/${name}.ts`, import.meta.url));
const answer = (text: string, about: Partial<AnswerToScore> = {}): AnswerToScore => ({ messages: [{ role: 'user', content: 'How much is 3 + 4?' }], text, finished: true, ...about });

async function score(settings: readonly object[], answers: readonly AnswerToScore[]): Promise<FunctionScores> {
  const context = { log: pino({ level: 'silent' }), signal: new AbortController().signal };
  return (await openRewardFunctions(rewardFunctionSettings.rewardFunctions.parse(settings), context)).score(answers);
}

afterEach(() => {
  delete process.env['REWARD_FUNCTIONS'];
});

describe('reference', () => {
  const scores = async (match: string, reference: string | undefined, ...texts: string[]): Promise<readonly (number | null)[]> =>
    (await score([{ plugin: '@minchat/rewards/reference', options: { match } }], texts.map((text) => answer(text, { reference })))).totals;

  it('compares the last numbers, as GSM8K is scored', async () => {
    expect(await scores('number', '... #### 1,234', 'It is 1234.', 'First 1234, then 5', '1,234.0', '-1234', 'none', '12345')).toEqual([1, 0, 1, 0, 0, 0]);
    expect(await scores('number', '-2', '3 - 5 = -2', '7-2')).toEqual([1, 0]);
  });

  it('compares whole texts, and finds whole words', async () => {
    expect(await scores('exact', 'Paris.', 'paris', ' "Paris" ', 'It is Paris')).toEqual([1, 1, 0]);
    expect(await scores('contains', 'São Paulo', 'It is são  paulo!', 'São Paulos', 'Paulo')).toEqual([1, 0, 0]);
  });

  it('has nothing to say where a prompt has no reference', async () => {
    expect(await scores('exact', undefined, 'x')).toEqual([null]);
  });
});

it('the rubric judges the answers to prompts of the world only', async () => {
  const { totals } = await score([{ plugin: '@minchat/rewards/rubric' }], [
    answer('Of course. 3 + 4 is 7.', { messages: [{ role: 'user', content: 'How much is 3 plus 4?' }] }),
    answer('Bananas.', { messages: [{ role: 'user', content: 'How much is 3 plus 4?' }] }),
    answer('Yes.', { messages: [{ role: 'user', content: 'Is this asked in the world?' }] }),
  ]);
  expect(totals[0]).toBeGreaterThan((totals[1] ?? 1) + 0.2);
  expect(totals[2]).toBeNull();
});

describe('several', () => {
  it('are added with their weights; what one says nothing of the others decide', async () => {
    process.env['REWARD_FUNCTIONS'] = `./other.ts, ${fixture('letters')}`;
    const settings = [{ plugin: fixture('letters'), weight: -2, options: { letter: 'a' } }, { plugin: '@minchat/rewards/reference', options: { match: 'exact' } }];
    const { totals, metrics } = await score(settings, [answer('aabb', { reference: 'aabb' }), answer('aabb'), answer('', { reference: 'x' }), answer('')]);
    expect(totals).toEqual([0, -1, 0, null]);
    expect(metrics).toEqual({ 'rewards/letters/mean': 0.5, 'rewards/letters/std': 0, 'rewards/reference/mean': 0.5, 'rewards/reference/std': 0.5 });
  });

  it('of one name are refused', async () => {
    await expect(score([{ plugin: '@minchat/rewards/rubric' }, { plugin: '@minchat/rewards/rubric' }], [])).rejects.toMatchObject({ code: 'MC_STAGE_SETTINGS', message: expect.stringContaining('rubric twice') as string });
  });
});

describe('a function', () => {
  it('that the operator did not allow is not loaded', async () => {
    for (const plugin of [fixture('letters'), '@minchat/rewards/../stage/src/index.ts', 'left-pad']) {
      await expect(score([{ plugin }], [])).rejects.toMatchObject({ code: 'MC_PLUGIN_UNKNOWN', hint: expect.stringContaining('REWARD_FUNCTIONS') as string });
    }
  });

  it('is refused that is none, or that its options do not fit', async () => {
    const none = fileURLToPath(new URL('./define.ts', import.meta.url));
    process.env['REWARD_FUNCTIONS'] = [none, fixture('letters')].join(',');
    await expect(score([{ plugin: none }], [])).rejects.toMatchObject({ code: 'MC_PLUGIN_INVALID', message: expect.stringContaining('defineReward()') as string });
    await expect(score([{ plugin: fixture('letters'), options: { letter: 'ab' } }], [])).rejects.toMatchObject({ code: 'MC_STAGE_SETTINGS', message: expect.stringMatching(/^rewardFunctions\.0\.options\.letter: /) as string });
  });

  it.each([
    ['throws', 'broken: no such judge'],
    ['few', 'expected a finite number or null for each of 2 answers, found 1 values'],
    ['nan', 'found NaN for answer 0, "x"'],
    ['nothing', 'found undefined'],
  ])('that is wrong (%s) is told by its name', async (how, message) => {
    process.env['REWARD_FUNCTIONS'] = fixture('broken');
    await expect(score([{ plugin: fixture('broken'), options: { how } }], [answer('x'), answer('y')])).rejects.toMatchObject({ code: 'MC_REWARD_FUNCTION', message: expect.stringContaining(message) as string });
  });
});
