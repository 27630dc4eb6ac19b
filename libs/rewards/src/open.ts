import { readEnv, rewardEnv } from '@minchat/config';
import { isMinchatError, MinchatError, toMinchatError } from '@minchat/errors';
import { loadDefault, mayName, resolvePlugin, type Metrics } from '@minchat/stage';
import { z } from 'zod';
import { isRewardFunction, type AnswerToScore, type RewardContext, type RewardFunction } from './define.ts';
import { rewardFunctionSettings, type RewardFunctionSettings } from './settings.ts';

export interface FunctionScores {
  /** Of each answer the sum of weight times score; null where no function has anything to say. */
  readonly totals: readonly (number | null)[];
  /** `rewards/NAME/mean` and `rewards/NAME/std` of each function's own scores, as in TRL. */
  readonly metrics: Metrics;
}

/** The reward functions of a stage, loaded. */
export interface RewardFunctions {
  readonly names: readonly string[];
  /** Throws MC_REWARD_FUNCTION. Warns of a function that has nothing to say of any answer, once. */
  score(answers: readonly AnswerToScore[]): Promise<FunctionScores>;
}

const own = '@minchat/rewards';

/**
 * Loads reward functions, at best before anything that takes long: ours, and those that the operator allowed. Throws
 * MC_PLUGIN_UNKNOWN, MC_PLUGIN_INVALID, MC_STAGE_SETTINGS.
 */
export async function openRewardFunctions(settings: RewardFunctionSettings, context: Omit<RewardContext<unknown>, 'options'>): Promise<RewardFunctions> {
  const allowed = readEnv(z.object(rewardEnv)).REWARD_FUNCTIONS;
  const opened: (OpenedFunction & { weight: number })[] = [];
  for (const [index, one] of settings.entries()) {
    const { definition, options } = await open(one, index, allowed);
    if (opened.some((other) => other.definition.name === definition.name)) {
      throw new MinchatError('MC_STAGE_SETTINGS', `rewardFunctions: expected functions of different names, found ${definition.name} twice`);
    }
    opened.push({ definition, options, weight: one.weight });
  }

  /** Those that were warned of. */
  const silent = new Set<string>();
  return {
    names: opened.map(({ definition }) => definition.name),
    async score(answers) {
      const totals: (number | null)[] = answers.map(() => null);
      const metrics: Record<string, number> = {};
      for (const { definition, weight, options } of opened) {
        const scores = await scoresOf(definition, answers, { ...context, options });
        for (const [i, score] of scores.entries()) if (score !== null) totals[i] = (totals[i] ?? 0) + weight * score;
        const given = scores.filter((score) => score !== null);
        if (given.length === 0) {
          if (answers.length > 0 && !silent.has(definition.name)) {
            silent.add(definition.name);
            context.log.warn(`${definition.name} had nothing to say of any of ${answers.length} answers, which get nothing from it`);
          }
          continue;
        }
        const mean = given.reduce((sum, score) => sum + score, 0) / given.length;
        metrics[`rewards/${definition.name}/mean`] = mean;
        metrics[`rewards/${definition.name}/std`] = Math.sqrt(given.reduce((sum, score) => sum + (score - mean) ** 2, 0) / given.length);
      }
      return { totals, metrics };
    },
  };
}

/**
 * Refuses what a stage of a run would refuse an hour later: names of functions of ours that there are none of, and
 * options that they do not take. Of others only its workers know. Throws as openRewardFunctions, with the stage's name.
 */
export async function checkRewardFunctions(stages: readonly { readonly name: string; readonly settings: Readonly<Record<string, unknown>> }[]): Promise<void> {
  for (const { name, settings } of stages) {
    // Whose settings are not ours may mean something else by it.
    const { data = [] } = rewardFunctionSettings.rewardFunctions.safeParse(settings['rewardFunctions']);
    for (const [index, one] of data.entries()) {
      if (!one.plugin.startsWith(`${own}/`)) continue;
      await open(one, index, []).catch((thrown: unknown) => {
        const { code, message, cause } = toMinchatError(thrown);
        throw new MinchatError(code, `${name}.${message}`, { hint: 'Correct the run’s spec.', cause });
      });
    }
  }
}

interface OpenedFunction {
  readonly definition: RewardFunction;
  readonly options: unknown;
}

async function open({ plugin, options }: RewardFunctionSettings[number], index: number, allowed: readonly string[]): Promise<OpenedFunction> {
  const place = `rewardFunctions.${index}`;
  if (!mayName(plugin, own, allowed)) {
    const known = [`${own}/...`, ...allowed].join(', ');
    throw new MinchatError('MC_PLUGIN_UNKNOWN', `${place}: expected one of ${known}, found ${plugin}`, { hint: `Add ${plugin} to REWARD_FUNCTIONS of the service, or correct the spec.` });
  }
  const definition = await resolvePlugin(plugin).then((url) => loadDefault(plugin, url, isRewardFunction, 'defineReward')).catch((thrown: unknown) => {
    throw isMinchatError(thrown) ? new MinchatError(thrown.code, `${place}: ${thrown.message}`, { hint: thrown.hint, cause: thrown }) : thrown;
  });
  const parsed = definition.options.safeParse(options);
  if (parsed.success) return { definition, options: parsed.data };
  const [issue] = parsed.error.issues;
  throw new MinchatError('MC_STAGE_SETTINGS', `${[place, 'options', ...(issue?.path ?? [])].join('.')}: ${issue?.message ?? 'invalid'}`);
}

async function scoresOf(definition: RewardFunction, answers: readonly AnswerToScore[], context: RewardContext<unknown>): Promise<readonly (number | null)[]> {
  const { name } = definition;
  let scores: readonly unknown[];
  try {
    scores = await definition.score(answers, context);
  } catch (thrown) {
    if (isMinchatError(thrown) || context.signal.aborted) throw thrown;
    throw new MinchatError('MC_REWARD_FUNCTION', `${name}: ${thrown instanceof Error ? thrown.message : String(thrown)}`, { cause: thrown });
  }
  const wrong = (found: string): MinchatError => new MinchatError('MC_REWARD_FUNCTION', `${name}: expected a finite number or null for each of ${answers.length} answers, found ${found}`);
  if (!Array.isArray(scores)) throw wrong(typeof scores);
  if (scores.length !== answers.length) throw wrong(`${scores.length} values`);
  const bad = scores.findIndex((value) => value !== null && !Number.isFinite(value));
  if (bad >= 0) throw wrong(`${String(scores[bad])} for answer ${bad}, ${JSON.stringify(answers[bad]?.text.slice(0, 60))}`);
  return scores as readonly (number | null)[];
}
