import { fileURLToPath } from 'node:url';
import { pino } from 'pino';
import { afterEach, describe, expect, it } from 'vitest';
import { openRewardFunctions, rewardFunctionSettings, type AnswerToScore, type FunctionScores, type RewardFunctions } from './index.ts';

const fixture = (name: string): string => fileURLToPath(new URL(`./fixtures/${name}.ts`, import.meta.url));
const answer = (text: string, about: Partial<AnswerToScore> = {}): AnswerToScore => ({ messages: [{ role: 'user', content: 'How much is 3 + 4?' }], text, finished: true, ...about });

const open = (settings: readonly object[], log = pino({ level: 'silent' })): Promise<RewardFunctions> =>
  openRewardFunctions(rewardFunctionSettings.rewardFunctions.parse(settings), { log, signal: new AbortController().signal });

async function score(settings: readonly object[], answers: readonly AnswerToScore[]): Promise<FunctionScores> {
  return (await open(settings)).score(answers);
}

afterEach(() => {
  delete process.env['REWARD_FUNCTIONS'];
});

describe('reference', () => {
  const scores = async (match: string, reference: string | undefined, ...texts: string[]): Promise<readonly (number | null)[]> =>
    (await score([{ plugin: '@minchat/rewards/reference', options: { match } }], texts.map((text) => answer(text, { reference })))).totals;

  it('compares the last numbers, as GSM8K is scored', async () => {
    expect(await scores('number', '... #### 1,234', 'It is 1234.', 'First 1234, then 5', '1,234.0', '-1234', 'none', '12345')).toEqual([1, 0, 1, 0, 0, 0]);
    expect(await scores('number', '-2', '3 - 5 = -2', '7-2', '3 − 5 = −2', '-$2', '2')).toEqual([1, 0, 1, 1, 0]);
    expect(await scores('number', '0.5', 'It is .5', 'It is 5', 'It is...0.5')).toEqual([1, 0, 1]);
  });

  it('compares whole texts, and finds whole words', async () => {
    expect(await scores('exact', 'Paris.', 'paris', ' "Paris" ', 'It is Paris')).toEqual([1, 1, 0]);
    expect(await scores('contains', 'São Paulo', 'It is são  paulo!', 'São Paulos', 'Paulo')).toEqual([1, 0, 0]);
  });

  it('a sign and a fraction are of the number', async () => {
    expect(await scores('exact', '-5', '(-5)', '−5.', '5', '- 5')).toEqual([1, 1, 0, 0]);
    expect(await scores('exact', '5', '"5".', '-5', '.5')).toEqual([1, 0, 0]);
    expect(await scores('contains', '5', 'It is 5.', 'It is 3.5', 'It is -5', 'It is 5,000', 'B5')).toEqual([1, 0, 0, 0, 0]);
    expect(await scores('contains', '1,234.5', 'It is $1234.5.', 'It is 1234')).toEqual([1, 0]);
  });

  it('words are found where none are divided by blanks', async () => {
    expect(await scores('contains', '北京', '首都是北京。', '首都是东京。')).toEqual([1, 0]);
    expect(await scores('contains', 'กรุงเทพ', 'เมืองหลวงคือกรุงเทพ')).toEqual([1]);
    expect(await scores('contains', 'GDP', '中国的GDP增长', 'GDPs')).toEqual([1, 0]);
  });

  it('has nothing to say where a prompt has no reference', async () => {
    expect(await scores('exact', undefined, 'x')).toEqual([null]);
  });

  it('or one with nothing to compare', async () => {
    expect(await scores('number', 'half', 'half', '0.5')).toEqual([null, null]);
    for (const match of ['exact', 'contains']) expect(await scores(match, '...', '', 'x')).toEqual([null, null]);
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
  it('that has nothing to say of any answer is warned of, once', async () => {
    const warned: string[] = [];
    const log = pino({ level: 'warn' }, { write: (line: string) => void warned.push((JSON.parse(line) as { msg: string }).msg) });
    const functions = await open([{ plugin: '@minchat/rewards/reference' }, { plugin: '@minchat/rewards/rubric' }], log);
    const known = { messages: [{ role: 'user' as const, content: 'How much is 3 plus 4?' }] };
    await functions.score([]);
    for (let i = 0; i < 2; i += 1) await functions.score([answer('7', known), answer('8')]);
    expect(warned).toEqual(['reference had nothing to say of any of 2 answers, which get nothing from it']);
  });

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
